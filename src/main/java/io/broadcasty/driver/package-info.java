/**
 * Relays publications, in order, to providers such as Pusher whose clients subscribe there, and
 * defines the port to providers.
 *
 * <p>May import: {@code background}, {@code failover}, {@code broker}, {@code protocol}, {@code
 * channel}, {@code tenant}, {@code time}, {@code config.key}.
 */
@NullMarked
package io.broadcasty.driver;

import org.jspecify.annotations.NullMarked;
