package io.broadcasty.streams.broker.memory;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.Epochs;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The epochs of new streams. They differ after each eviction, so that positions of an evicted
 * stream are not mistaken for those of its successor. Many channels share a number, so that nothing
 * is kept for a channel without a stream; a channel may thus get another epoch without need.
 */
@ThreadSafe
final class StreamEpochs {

  private static final int NUMBERS = 4096;

  private final String base = Epochs.next();

  @SuppressWarnings("ThreadSafe") // an array of atomics is safe; the annotation is not known to it
  private final AtomicLongArray evictions = new AtomicLongArray(NUMBERS);

  /** Returns the epoch of a stream that is created now. */
  String current(TenantChannel channel) {
    return base + Long.toString(evictions.get(index(channel)), Character.MAX_RADIX);
  }

  /** Lets the channel's next stream have another epoch. */
  void change(TenantChannel channel) {
    evictions.incrementAndGet(index(channel));
  }

  private static int index(TenantChannel channel) {
    int hash = channel.hashCode();
    return (hash ^ (hash >>> 16)) & (NUMBERS - 1);
  }
}
