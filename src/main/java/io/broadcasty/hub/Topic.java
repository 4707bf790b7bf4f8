package io.broadcasty.hub;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One channel's subscribers on this node, by lane. Changed by one thread at a time, read by any.
 */
final class Topic {

  private final List<Fanout> fanouts = new CopyOnWriteArrayList<>();
  private final LongAdder delivered;
  private final int number;

  /** Until all patterns have decided; null afterwards. */
  private volatile @Nullable EarlyPublications early = new EarlyPublications();

  /**
   * @param delivered counts what subscribers are handed
   * @param number the channel's on this node, as long as the topic is open
   */
  Topic(LongAdder delivered, int number) {
    this.delivered = delivered;
    this.number = number;
  }

  int number() {
    return number;
  }

  void add(Subscriber subscriber) {
    Fanout fanout = find(subscriber);
    if (fanout == null) {
      fanout = new Fanout(subscriber.lane(), delivered);
      fanout.add(subscriber);
      fanouts.add(fanout);
    } else {
      fanout.add(subscriber);
    }
  }

  void remove(Subscriber subscriber) {
    Fanout fanout = find(subscriber);
    if (fanout != null) {
      fanout.remove(subscriber);
      if (fanout.size() == 0) {
        fanouts.remove(fanout);
      }
    }
  }

  boolean isEmpty() {
    return fanouts.isEmpty();
  }

  /** Whether some pattern may still join. */
  boolean isDeciding() {
    return early != null;
  }

  /** Another pattern is asked. */
  void undecided() {
    EarlyPublications kept = early;
    if (kept != null) {
      kept.undecided();
    }
  }

  /** Whether the opening of the topic, or a pattern that was asked, was the last to decide. */
  boolean decided() {
    EarlyPublications kept = early;
    if (kept == null || !kept.decided()) {
      return false;
    }
    early = null;
    return true;
  }

  /** To be called for who has been added. */
  void handEarlyTo(Subscriber subscriber) {
    EarlyPublications kept = early;
    if (kept != null) {
      kept.handTo(subscriber);
    }
  }

  int size() {
    int size = 0;
    for (Fanout fanout : fanouts) {
      size += fanout.size();
    }
    return size;
  }

  void publish(EncodedPublication publication) {
    EarlyPublications kept = early;
    if (kept != null) {
      kept.add(publication); // first: who is added meanwhile gets it here or there
    }
    for (Fanout fanout : fanouts) {
      fanout.publish(publication);
    }
  }

  void presence(EncodedPresence change) {
    for (Fanout fanout : fanouts) {
      fanout.presence(change);
    }
  }

  /** Runs a task once one of the lanes has begun to write what was published before the call. */
  void afterWrites(Runnable task) {
    for (Fanout fanout : fanouts) {
      Executor lane = fanout.lane();
      lane.execute(() -> lane.execute(task)); // by then the outboxes have been filled, not written
      return;
    }
  }

  /** Publications may have been left out. */
  void gap() {
    for (Fanout fanout : fanouts) {
      fanout.gap();
    }
  }

  private @Nullable Fanout find(Subscriber subscriber) {
    for (Fanout fanout : fanouts) {
      if (fanout.lane() == subscriber.lane()) {
        return fanout;
      }
    }
    return null;
  }
}
