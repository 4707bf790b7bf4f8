/**
 * Publications for clients that sit on a provider such as Pusher: what sends them on, in order, and
 * the port to each provider.
 *
 * <p>May import: {@code background}, {@code failover}, {@code broker}, {@code protocol}, {@code
 * channel}, {@code tenant}, {@code time}, {@code config.key}.
 */
@NullMarked
package io.broadcasty.driver;

import org.jspecify.annotations.NullMarked;
