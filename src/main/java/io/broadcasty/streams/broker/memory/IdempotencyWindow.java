package io.broadcasty.streams.broker.memory;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.Position;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The ids of the last minutes and the positions they got, or will get. Bounded: when it is full,
 * new ids are refused; forgetting old ones early would break the guarantee.
 */
final class IdempotencyWindow {

  private record Key(TenantChannel channel, String id) {}

  private record Expiry(Key key, long atNanos) {}

  private final ConcurrentHashMap<Key, CompletableFuture<Position>> positions =
      new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Expiry> expiries = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final Ticker ticker;
  private final long windowNanos;
  private final int maxEntries;

  IdempotencyWindow(Ticker ticker, Duration window, int maxEntries) {
    this.ticker = ticker;
    this.windowNanos = window.toNanos();
    this.maxEntries = maxEntries;
  }

  /** The result of claiming an id. */
  sealed interface Claim {}

  /** The id is new: append, then complete {@code position}. */
  record First(CompletableFuture<Position> position) implements Claim {}

  /** The id is known; the position is available, or pending. */
  record Repeated(CompletableFuture<Position> position) implements Claim {}

  /** There is no room for a new id. */
  record Full() implements Claim {}

  Claim claim(TenantChannel channel, String id) {
    expire();
    Key key = new Key(channel, id);
    CompletableFuture<Position> known = positions.get(key);
    if (known != null) {
      return new Repeated(known);
    }
    if (size.incrementAndGet() > maxEntries) {
      size.decrementAndGet();
      return new Full();
    }
    CompletableFuture<Position> first = new CompletableFuture<>();
    @Nullable CompletableFuture<Position> other = positions.putIfAbsent(key, first);
    if (other != null) {
      size.decrementAndGet();
      return new Repeated(other);
    }
    expiries.add(new Expiry(key, ticker.readNanos() + windowNanos));
    return new First(first);
  }

  void expire() {
    long now = ticker.readNanos();
    for (Expiry oldest = expiries.peek();
        oldest != null && oldest.atNanos() - now <= 0;
        oldest = expiries.peek()) {
      if (expiries.remove(oldest)) {
        positions.remove(oldest.key());
        size.decrementAndGet();
      }
    }
  }
}
