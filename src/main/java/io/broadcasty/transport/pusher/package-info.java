/** Pusher's HTTP API for back ends, and the answers of its authorization endpoints. */
@NullMarked
package io.broadcasty.transport.pusher;

import org.jspecify.annotations.NullMarked;
