package io.broadcasty.streams.quota;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import java.util.Map;

/**
 * The channels that had a stream when this node looked last. One that is forgotten by the store in
 * the meantime may be created again without being counted, within {@link #VALID}.
 */
@ThreadSafe
final class KnownChannels {

  static final Duration VALID = Duration.ofMinutes(1);

  private static final int MAX_KNOWN = 100_000;

  private final Ticker ticker;

  /** When the node looked, as the ticker counts. */
  @GuardedBy("this")
  private final Map<TenantChannel, Long> seenNanos = BoundedMap.ofLatestAdded(MAX_KNOWN);

  KnownChannels(Ticker ticker) {
    this.ticker = ticker;
  }

  synchronized boolean contains(TenantChannel channel) {
    Long seen = seenNanos.get(channel);
    return seen != null && ticker.readNanos() - seen < VALID.toNanos();
  }

  synchronized void add(TenantChannel channel) {
    seenNanos.remove(channel); // so that it becomes the latest
    seenNanos.put(channel, ticker.readNanos());
  }
}
