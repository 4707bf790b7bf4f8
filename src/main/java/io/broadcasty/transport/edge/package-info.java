/** Checks every request before it reaches a transport: origin, address, limits and token. */
@NullMarked
package io.broadcasty.transport.edge;

import org.jspecify.annotations.NullMarked;
