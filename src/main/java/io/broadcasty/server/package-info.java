/** Starts, drains and stops the node, and holds the components that live as long as it. */
@NullMarked
package io.broadcasty.server;

import org.jspecify.annotations.NullMarked;
