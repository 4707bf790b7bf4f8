package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.streams.broker.Publication;
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
  private final LongAdder deliveries;
  private final int number;

  /** How many ephemeral publications there were. */
  @GuardedBy("this")
  private long ephemerals;

  /** The publications kept until all patterns have been matched; null afterwards. */
  private volatile @Nullable EarlyPublications early = new EarlyPublications();

  /**
   * Opens a topic without subscribers.
   *
   * @param delivered counts the deliveries to subscribers
   * @param number the channel's number on this node, as long as the topic is open
   */
  Topic(LongAdder delivered, int number) {
    this.deliveries = delivered;
    this.number = number;
  }

  int number() {
    return number;
  }

  void add(ChannelSubscriber subscriber) {
    Fanout fanout = find(subscriber);
    if (fanout == null) {
      fanout = new Fanout(subscriber.eventLoop(), deliveries);
      fanout.add(subscriber);
      fanouts.add(fanout);
    } else {
      fanout.add(subscriber);
    }
  }

  void remove(ChannelSubscriber subscriber) {
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
  boolean isMatching() {
    return early != null;
  }

  /** Registers another pattern that is being matched. */
  void beginMatch() {
    EarlyPublications kept = early;
    if (kept != null) {
      kept.beginMatch();
    }
  }

  /** Ends the match of a pattern, or the opening of the topic; returns whether it was the last. */
  boolean endMatch() {
    EarlyPublications kept = early;
    if (kept == null || !kept.endMatch()) {
      return false;
    }
    early = null;
    return true;
  }

  /** Delivers the early publications to a subscriber that has just been added. */
  void deliverEarlyTo(ChannelSubscriber subscriber) {
    EarlyPublications kept = early;
    if (kept != null) {
      kept.deliverTo(subscriber);
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

  /**
   * Publishes what is not kept. Its order is that of the queues, so that a subscriber recognises
   * what it gets a second time, as one of the early publications.
   */
  synchronized void publishEphemeral(Publication publication) {
    ephemerals++;
    publish(EncodedPublication.ephemeral(publication, number, ephemerals));
  }

  void publishPresence(EncodedPresence change) {
    for (Fanout fanout : fanouts) {
      fanout.publishPresence(change);
    }
  }

  /**
   * Runs a task once one of the event loops has begun to write what was published before the call.
   */
  void afterWrites(Runnable task) {
    for (Fanout fanout : fanouts) {
      Executor eventLoop = fanout.eventLoop();
      eventLoop.execute(
          () -> eventLoop.execute(task)); // by then the outboxes are filled, not written
      return;
    }
  }

  /** Notifies all subscribers that publications may have been left out. */
  void publishGap() {
    for (Fanout fanout : fanouts) {
      fanout.publishGap();
    }
  }

  private @Nullable Fanout find(ChannelSubscriber subscriber) {
    for (Fanout fanout : fanouts) {
      if (fanout.eventLoop() == subscriber.eventLoop()) {
        return fanout;
      }
    }
    return null;
  }
}
