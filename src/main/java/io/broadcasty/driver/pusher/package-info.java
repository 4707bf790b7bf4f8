/**
 * Relay provider for Pusher Channels and servers with its HTTP API, such as Laravel Reverb.
 *
 * <p>May import: {@code driver} and what it may import.
 */
@NullMarked
package io.broadcasty.driver.pusher;

import org.jspecify.annotations.NullMarked;
