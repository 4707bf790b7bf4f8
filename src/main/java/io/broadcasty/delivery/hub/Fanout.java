package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers of one channel that share an event loop.
 *
 * <p>Publishing costs the publisher one entry in a queue, however many subscribers there are; the
 * event loop delivers it. When the queue is full, publications are dropped and the subscribers are
 * told to read them from the broker, so that neither memory nor publishers suffer from a channel
 * that is too fast for this node. A subscriber that throws gets no further calls except {@link
 * ChannelSubscriber#onFailure}; the others are not affected.
 */
@ThreadSafe
final class Fanout implements Runnable {

  static final int MAX_WAITING = 256;

  private static final System.Logger LOG = System.getLogger(Fanout.class.getName());

  private final Executor eventLoop;
  private final LongAdder deliveries;

  @GuardedBy("this")
  private final Set<ChannelSubscriber> subscribers = new LinkedHashSet<>();

  @GuardedBy("this")
  private ChannelSubscriber @Nullable [] snapshot;

  @GuardedBy("this")
  private List<EncodedPublication> waiting = new ArrayList<>(1);

  @GuardedBy("this")
  private List<EncodedPresence> presences = List.of();

  @GuardedBy("this")
  private boolean gap;

  @GuardedBy("this")
  private boolean scheduled;

  /**
   * Creates a fan-out without subscribers.
   *
   * @param delivered counts the deliveries to subscribers
   */
  Fanout(Executor eventLoop, LongAdder delivered) {
    this.eventLoop = eventLoop;
    this.deliveries = delivered;
  }

  Executor eventLoop() {
    return eventLoop;
  }

  synchronized void add(ChannelSubscriber subscriber) {
    if (subscribers.add(subscriber)) {
      snapshot = null;
    }
  }

  synchronized void remove(ChannelSubscriber subscriber) {
    if (subscribers.remove(subscriber)) {
      snapshot = null;
    }
  }

  synchronized int size() {
    return subscribers.size();
  }

  /** Queues a publication for the subscribers present at delivery. */
  void publish(EncodedPublication publication) {
    synchronized (this) {
      if (waiting.size() < MAX_WAITING) {
        waiting.add(publication);
      } else {
        gap |= !publication.isEphemeral();
      }
      if (scheduled) {
        return;
      }
      scheduled = true;
    }
    eventLoop.execute(this);
  }

  /**
   * Queues a change of members for the subscribers present at delivery. A change that does not fit
   * is dropped; subscribers detect the gap by the version of the next one.
   */
  void publishPresence(EncodedPresence change) {
    synchronized (this) {
      if (presences.size() < MAX_WAITING) {
        if (presences.isEmpty()) {
          presences = new ArrayList<>(1);
        }
        presences.add(change);
      }
      if (scheduled) {
        return;
      }
      scheduled = true;
    }
    eventLoop.execute(this);
  }

  /** Notifies the subscribers that publications may have been left out. */
  void publishGap() {
    synchronized (this) {
      gap = true;
      if (scheduled) {
        return;
      }
      scheduled = true;
    }
    eventLoop.execute(this);
  }

  @Override
  public void run() {
    List<EncodedPublication> batch;
    List<EncodedPresence> changes;
    ChannelSubscriber[] all;
    boolean left;
    synchronized (this) {
      batch = waiting;
      waiting = new ArrayList<>(1);
      changes = presences;
      presences = List.of();
      left = gap;
      gap = false;
      scheduled = false;
      all = subscribers();
    }
    for (ChannelSubscriber subscriber : all) {
      try {
        deliver(subscriber, batch, changes, left);
      } catch (RuntimeException e) {
        failed(subscriber, e);
      }
    }
    deliveries.add((long) batch.size() * all.length); // one addition for all subscribers
  }

  private void failed(ChannelSubscriber subscriber, RuntimeException failure) {
    remove(subscriber);
    try {
      subscriber.onFailure(failure);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "Cannot notify a subscriber of its failure", e);
    }
  }

  private static void deliver(
      ChannelSubscriber subscriber,
      List<EncodedPublication> batch,
      List<EncodedPresence> changes,
      boolean left) {
    for (int i = 0; i < batch.size(); i++) {
      subscriber.onPublication(batch.get(i));
    }
    for (int i = 0; i < changes.size(); i++) {
      subscriber.onPresence(changes.get(i));
    }
    if (left) {
      subscriber.onGap();
    }
  }

  @GuardedBy("this")
  private ChannelSubscriber[] subscribers() {
    ChannelSubscriber[] all = snapshot;
    if (all == null) {
      all = subscribers.toArray(ChannelSubscriber[]::new);
      snapshot = all;
    }
    return all;
  }
}
