package io.broadcasty.occupancy;

import io.broadcasty.channel.TenantChannel;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node's way to a store, on which calls and answers get lost as a test says. */
public final class FaultyOccupancyStore implements OccupancyStore {

  private final OccupancyStore real;

  /** How many changes the store was asked to make. */
  final AtomicInteger changes = new AtomicInteger();

  /** In how many calls. */
  final AtomicInteger calls = new AtomicInteger();

  /** Nothing comes to the store. */
  volatile boolean cut;

  /** Calls come to the store, and the answers are lost. */
  volatile boolean mute;

  /** In each so many of the changes, the answer is lost; 0 for none. */
  volatile int losesEach;

  /** Run before somebody's channels are asked for the next time but one; null for nothing. */
  volatile @Nullable Runnable beforeSecondPage;

  private final AtomicInteger pages = new AtomicInteger();

  /** Answers are under way for so long at most; 0 for no time. */
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
    int each = losesEach;
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
    if (cut) {
      throw new OccupancyException("scripted: the store is away", null);
    }
    T answer = call.get();
    if (mute) {
      throw new OccupancyException("scripted: the answer is lost", null);
    }
    return answer;
  }

  @Override
  public void close() {
    real.close();
  }
}
