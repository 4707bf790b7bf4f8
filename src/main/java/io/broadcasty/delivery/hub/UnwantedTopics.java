package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The topics that all matching patterns have declined, in the order of their decisions. Only so
 * many stay open, since clients choose the names of channels.
 */
@ThreadSafe
final class UnwantedTopics {

  static final int MAX = 10_000;

  private final ConcurrentLinkedQueue<TenantChannel> oldestFirst = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();

  /** Adds a topic; returns the oldest one when it has to be closed now. */
  @Nullable TenantChannel add(TenantChannel channel) {
    oldestFirst.add(channel);
    if (size.incrementAndGet() <= MAX) {
      return null;
    }
    size.decrementAndGet();
    return oldestFirst.poll();
  }
}
