/** Relay provider for Pusher Channels and servers with its HTTP API, such as Laravel Reverb. */
@NullMarked
package io.broadcasty.relay.pusher;

import org.jspecify.annotations.NullMarked;
