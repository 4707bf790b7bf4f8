/** Relay provider for Ably, by its REST API. */
@NullMarked
package io.broadcasty.relay.ably;

import org.jspecify.annotations.NullMarked;
