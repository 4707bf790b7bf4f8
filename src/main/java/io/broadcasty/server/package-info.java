/** Starts, drains and stops the node, and owns the components that run until it stops. */
@NullMarked
package io.broadcasty.server;

import org.jspecify.annotations.NullMarked;
