package io.broadcasty.delivery.occupancy;

import io.broadcasty.core.channel.TenantChannel;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store that loses a node's calls and answers as scripted by a test. */
public final class FaultyOccupancyStore implements OccupancyStore {

  private final OccupancyStore real;

  /** The number of changes passed to the store. */
  final AtomicInteger changes = new AtomicInteger();

  /** The number of calls. */
  final AtomicInteger calls = new AtomicInteger();

  /** Whether calls do not reach the store. */
  volatile boolean unreachable;

  /** Whether calls reach the store, but the answers are lost. */
  volatile boolean dropsAnswers;

  /** Every n-th answer is lost; 0 for none. */
  volatile int losesEveryNth;

  /** Runs before the second query for a node's channels; null for nothing. */
  volatile @Nullable Runnable beforeSecondPage;

  private final AtomicInteger pages = new AtomicInteger();

  /** The maximum delay of answers; 0 for none. */
  volatile int slowNanos;

  private final Random random = new Random(5);
  private final AtomicInteger answered = new AtomicInteger();

  FaultyOccupancyStore(OccupancyStore real) {
    this.real = real;
  }

  @Override
  public Map<OccupancyChange, OccupancyAnswer> apply(List<OccupancyChange> all) {
    calls.incrementAndGet();
    changes.addAndGet(all.size());
    Map<OccupancyChange, OccupancyAnswer> answers = new HashMap<>(reaching(() -> real.apply(all)));
    if (slowNanos > 0) {
      LockSupport.parkNanos(random.nextInt(slowNanos));
    }
    int each = losesEveryNth;
    if (each > 0) {
      answers.keySet().removeIf(change -> answered.incrementAndGet() % each == 0);
    }
    return answers;
  }

  @Override
  public Collection<TenantChannel> channelsOf(String node, int limit) {
    Runnable before = beforeSecondPage;
    if (before != null && pages.incrementAndGet() == 2) {
      before.run();
    }
    return reaching(() -> real.channelsOf(node, limit));
  }

  @Override
  public void release(String node, Collection<TenantChannel> channels) {
    Boolean unused =
        reaching(
            () -> {
              real.release(node, channels);
              return true;
            });
  }

  private <T> T reaching(Supplier<T> call) {
    if (unreachable) {
      throw new OccupancyException("scripted: the store is unreachable", null);
    }
    T answer = call.get();
    if (dropsAnswers) {
      throw new OccupancyException("scripted: the answer is lost", null);
    }
    return answer;
  }

  @Override
  public void close() {
    real.close();
  }
}
