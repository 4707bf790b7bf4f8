package io.broadcasty.client;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * Hands events to one subscriber, one at a time and not more than it asked for. Events that it has
 * not asked for yet wait here; {@link #isFull} says when no more should be read.
 */
final class Delivery implements Flow.Subscription {

  private static final System.Logger LOG = System.getLogger(Delivery.class.getName());
  private static final int FULL = 256;

  private final Executor executor;
  private final Runnable onRoom;
  private final Consumer<StreamEvent> onDelivered;
  private final Runnable onCancelled;
  private final Queue<StreamEvent> waiting = new ArrayDeque<>();
  private Flow.Subscriber<? super StreamEvent> subscriber;
  private long demand;
  private boolean running;
  private boolean subscribed;
  private boolean ended;
  private boolean cancelled;
  private Throwable failure;

  Delivery(
      Executor executor, Runnable onRoom, Consumer<StreamEvent> onDelivered, Runnable onCancelled) {
    this.executor = executor;
    this.onRoom = onRoom;
    this.onDelivered = onDelivered;
    this.onCancelled = onCancelled;
  }

  /** Sets the subscriber. Returns false if there is one already. */
  boolean subscribe(Flow.Subscriber<? super StreamEvent> newSubscriber) {
    synchronized (this) {
      if (subscriber != null) {
        return false;
      }
      subscriber = newSubscriber;
    }
    run();
    return true;
  }

  /** Adds events in their order. */
  void add(List<StreamEvent> events) {
    synchronized (this) {
      if (ended || cancelled) {
        return;
      }
      waiting.addAll(events);
    }
    run();
  }

  /** Ends after what waits: well if the failure is null. */
  void end(Throwable cause) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      failure = cause;
    }
    run();
  }

  /** Returns whether so much waits that no more should be read. */
  synchronized boolean isFull() {
    return waiting.size() >= FULL;
  }

  @Override
  public void request(long n) {
    synchronized (this) {
      if (n <= 0) {
        ended = true;
        failure = new IllegalArgumentException("a subscriber must request 1 or more, not " + n);
        waiting.clear();
      } else {
        demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
      }
    }
    run();
  }

  @Override
  public void cancel() {
    synchronized (this) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      waiting.clear();
    }
    onCancelled.run();
  }

  /** Starts a run on the executor, unless one is under way or there is nothing to do. */
  private void run() {
    synchronized (this) {
      if (running || !hasWork()) {
        return;
      }
      running = true;
    }
    executor.execute(this::deliver);
  }

  private boolean hasWork() {
    if (subscriber == null || cancelled) {
      return false;
    }
    return !subscribed || demand > 0 && !waiting.isEmpty() || ended && waiting.isEmpty();
  }

  private void deliver() {
    try {
      while (step()) {}
    } catch (RuntimeException e) { // a subscriber must not throw (Reactive Streams, rule 2.13)
      LOG.log(Level.ERROR, "A subscriber has thrown; its stream is closed", e);
      synchronized (this) {
        running = false;
      }
      cancel();
    }
  }

  /** Does one thing, and returns whether there is more to do. */
  private boolean step() {
    StreamEvent event = null;
    boolean first = false;
    boolean last = false;
    boolean room;
    synchronized (this) {
      if (!hasWork()) {
        running = false;
        return false;
      }
      if (!subscribed) {
        subscribed = true;
        first = true;
      } else if (demand > 0 && !waiting.isEmpty()) {
        event = waiting.remove();
        demand--;
      } else {
        last = true;
        cancelled = true; // nothing follows
      }
      room = waiting.size() == FULL / 2;
    }
    if (first) {
      subscriber.onSubscribe(this);
    } else if (event != null) {
      subscriber.onNext(event);
      onDelivered.accept(event);
      if (room) {
        onRoom.run();
      }
    } else if (last && failure != null) {
      subscriber.onError(failure);
    } else if (last) {
      subscriber.onComplete();
    }
    return true;
  }
}
