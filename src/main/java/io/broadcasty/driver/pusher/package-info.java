/**
 * The HTTP API of Pusher Channels, which Laravel Reverb and others have too.
 *
 * <p>May import: {@code driver} and what it may import.
 */
@NullMarked
package io.broadcasty.driver.pusher;

import org.jspecify.annotations.NullMarked;
