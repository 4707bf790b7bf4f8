package io.broadcasty.hub;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One channel's subscribers on this node, grouped by event loop. Changed by one thread at a time,
 * read by any.
 */
final class Topic {

  private final List<Fanout> fanouts = new CopyOnWriteArrayList<>();
  private final LongAdder delivered;
  private final int number;

  /** The publications kept until all patterns have been matched; null afterwards. */
  private volatile @Nullable EarlyPublications early = new EarlyPublications();

  /**
   * Opens a topic without subscribers.
   *
   * @param delivered counts the deliveries to subscribers
   * @param number the channel's number on this node, as long as the topic is open
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

  /** Returns whether a pattern is still being matched and may join. */
  boolean isDeciding() {
    return early != null;
  }

  /** Registers another pattern that is being matched. */
  void undecided() {
    EarlyPublications kept = early;
    if (kept != null) {
      kept.undecided();
    }
  }

  /** Ends the match of a pattern, or the opening of the topic; returns whether it was the last. */
  boolean decided() {
    EarlyPublications kept = early;
    if (kept == null || !kept.decided()) {
      return false;
    }
    early = null;
    return true;
  }

  /** Delivers the early publications to a subscriber that has just been added. */
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
      kept.add(
          publication); // before the loop below, so that a subscriber added now gets it at least
      // once
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

  /**
   * Runs a task once one of the event loops has begun to write what was published before the call.
   */
  void afterWrites(Runnable task) {
    for (Fanout fanout : fanouts) {
      Executor eventLoop = fanout.lane();
      eventLoop.execute(
          () -> eventLoop.execute(task)); // by then the outboxes are filled, not written
      return;
    }
  }

  /** Notifies all subscribers that publications may have been left out. */
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
