package io.broadcasty.streams.broker.memory;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.HeapSize;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.AppendOutcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The ids of the last minutes and the positions they got, or will get. Bounded in bytes for each
 * tenant, and in number for the node: when it is full, new ids are refused; forgetting old ones
 * early would break the guarantee.
 */
final class IdempotencyWindow {

  /**
   * The objects of an entry without their texts: key, futures, position, nodes of map and queue.
   */
  private static final long ENTRY_BYTES = 200;

  private record Key(TenantChannel channel, String id) {

    long costBytes() {
      return ENTRY_BYTES + HeapSize.ofText(channel.name().value()) + HeapSize.ofText(id);
    }
  }

  private record Expiry(Key key, long costBytes, long atNanos) {}

  private final ConcurrentHashMap<Key, CompletableFuture<AppendOutcome>> outcomes =
      new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Expiry> expiries = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final Ticker ticker;
  private final long windowNanos;
  private final int maxEntries;
  private final MemoryBudget budget;
  private volatile boolean closed;

  IdempotencyWindow(Ticker ticker, Duration window, int maxEntries, MemoryBudget budget) {
    this.ticker = ticker;
    this.windowNanos = window.toNanos();
    this.maxEntries = maxEntries;
    this.budget = budget;
  }

  /** The result of claiming an id. */
  sealed interface Claim {}

  /** The id is new: append, then {@link #complete}. */
  static final class First implements Claim {
    private final Key key;
    private final long costBytes;
    private final CompletableFuture<AppendOutcome> outcome = new CompletableFuture<>();

    private First(Key key, long costBytes) {
      this.key = key;
      this.costBytes = costBytes;
    }
  }

  /** The id is known; the outcome is available, or pending. */
  record Repeated(CompletableFuture<AppendOutcome> outcome) implements Claim {}

  /** There is no room for a new id. */
  record Full(Grant grant) implements Claim {}

  Claim claim(TenantChannel channel, String id) {
    expire();
    Key key = new Key(channel, id);
    CompletableFuture<AppendOutcome> known = outcomes.get(key);
    if (known != null) {
      return repeated(known);
    }
    First first = new First(key, key.costBytes());
    Grant grant = reserve(first);
    if (grant != Grant.GRANTED) {
      return new Full(grant);
    }
    @Nullable CompletableFuture<AppendOutcome> other = outcomes.putIfAbsent(key, first.outcome);
    if (other != null) {
      release(key, first.costBytes);
      return repeated(other);
    }
    return first;
  }

  /** Answers all who wait for the claim's outcome; an id that got no position is forgotten. */
  void complete(First claim, AppendOutcome outcome) {
    if (outcome instanceof AppendOutcome.Appended) {
      expiries.add(new Expiry(claim.key, claim.costBytes, ticker.readNanos() + windowNanos));
    } else {
      outcomes.remove(claim.key);
      release(claim.key, claim.costBytes);
    }
    claim.outcome.complete(outcome);
    if (closed) {
      close();
    }
  }

  void expire() {
    long now = ticker.readNanos();
    for (Expiry oldest = expiries.peek();
        oldest != null && oldest.atNanos() - now <= 0;
        oldest = expiries.peek()) {
      forget(oldest);
    }
  }

  /** Forgets all ids. */
  void close() {
    closed = true;
    for (Expiry oldest = expiries.peek(); oldest != null; oldest = expiries.peek()) {
      forget(oldest);
    }
  }

  private void forget(Expiry expiry) {
    if (expiries.remove(expiry)) {
      outcomes.remove(expiry.key());
      release(expiry.key(), expiry.costBytes());
    }
  }

  private Grant reserve(First claim) {
    if (size.incrementAndGet() > maxEntries) {
      size.decrementAndGet();
      budget.countRefusal(claim.key.channel().tenant(), Grant.NODE_FULL);
      return Grant.NODE_FULL;
    }
    Grant grant = budget.tryReserve(claim.key.channel().tenant(), claim.costBytes);
    if (grant != Grant.GRANTED) {
      size.decrementAndGet();
    }
    return grant;
  }

  private void release(Key key, long costBytes) {
    size.decrementAndGet();
    budget.release(key.channel().tenant(), costBytes);
  }

  private static Repeated repeated(CompletableFuture<AppendOutcome> first) {
    return new Repeated(
        first.thenApply(
            outcome ->
                outcome instanceof AppendOutcome.Appended appended
                    ? new AppendOutcome.Appended(appended.position(), true)
                    : outcome));
  }
}
