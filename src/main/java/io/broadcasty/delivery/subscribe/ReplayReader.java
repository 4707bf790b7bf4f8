package io.broadcasty.delivery.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.lifecycle.ChannelEvent.Cause;
import io.broadcasty.core.lifecycle.ChannelEvent.LossReason;
import io.broadcasty.core.lifecycle.ChannelEvent.PositionLost;
import io.broadcasty.core.lifecycle.ChannelEvent.Resumed;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.ReplayPage;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads the publications that a connection's subscriptions have missed: one page at a time and only
 * while the connection has room, so a replay of any length never overflows an outbox.
 */
@ThreadSafe
final class ReplayReader {

  private static final int PAGE_COUNT = 500;

  /** A partition to catch up, processed by one thread at a time. */
  private static final class Work {
    final ChannelSubscription subscription;
    final PartitionJoin join;
    final Cause cause;
    final long sinceNanos;
    int pages;
    int publications;

    Work(ChannelSubscription subscription, PartitionJoin join, Cause cause, long sinceNanos) {
      this.subscription = subscription;
      this.join = join;
      this.cause = cause;
      this.sinceNanos = sinceNanos;
    }
  }

  private final Broker broker;
  private final Hub hub;
  private final Executor executor;
  private final Executor retryExecutor;
  private final SubscriberConnection subscriber;
  private final ToLongFunction<TenantId> pageBytes;
  private final Ticker ticker;
  private final RealtimeListener listener;

  @GuardedBy("this")
  private final ArrayDeque<Work> waiting = new ArrayDeque<>(0);

  @GuardedBy("this")
  private boolean running;

  @GuardedBy("this")
  private boolean closed;

  /**
   * Creates a reader without work.
   *
   * @param executor may block on the store
   * @param later runs a short task after a delay, when the store cannot be read
   * @param pageBytes the approximate number of bytes delivered to a connection of a tenant at once
   * @param listener notified of partitions that have caught up, and of lost positions
   */
  ReplayReader(
      Broker broker,
      Hub hub,
      Executor executor,
      Executor later,
      SubscriberConnection subscriber,
      ToLongFunction<TenantId> pageBytes,
      Ticker ticker,
      RealtimeListener listener) {
    this.broker = broker;
    this.hub = hub;
    this.executor = executor;
    this.retryExecutor = later;
    this.subscriber = subscriber;
    this.pageBytes = pageBytes;
    this.ticker = ticker;
    this.listener = listener;
  }

  /** Catches a partition up and then lets it go live. */
  void add(ChannelSubscription subscription, PartitionJoin join, Cause cause) {
    synchronized (this) {
      if (closed) {
        return;
      }
      waiting.add(new Work(subscription, join, cause, ticker.readNanos()));
      if (running) {
        return;
      }
      running = true;
    }
    execute();
  }

  synchronized void close() {
    closed = true;
    waiting.clear();
  }

  /**
   * Schedules the reading. A stopping node ends the stream but throws nothing, since the caller may
   * be a publisher.
   */
  private void execute() {
    try {
      executor.execute(this::run);
    } catch (RejectedExecutionException e) {
      close();
      subscriber.endWithFailure(e);
    }
  }

  private void run() {
    while (true) {
      if (!subscriber.hasRoom()) {
        subscriber.whenRoom(this::execute);
        return;
      }
      Work work = next();
      if (work == null) {
        return;
      }
      try {
        readPage(work);
      } catch (BrokerException e) { // keep the stream until the store can be read again
        if (e.isUndecodable()) { // another node may be able to decode it
          close();
          subscriber.endWithFailure(e);
          return;
        }
        requeue(work);
        retryExecutor.execute(this::execute);
        return;
      } catch (RuntimeException | Error e) { // the client is told, whatever failed
        close();
        subscriber.endWithFailure(e);
        return;
      }
    }
  }

  private synchronized @Nullable Work next() {
    Work work = waiting.poll();
    running = work != null;
    return work;
  }

  private void readPage(Work work) {
    ChannelSubscription subscription = work.subscription;
    if (subscription.isClosed()) {
      return;
    }
    ReplayPage page =
        broker.replay(
            work.join.nextRequest(
                subscription.channel(),
                PAGE_COUNT,
                pageBytes.applyAsLong(subscription.channel().tenant())));
    int number = hub.number(subscription.channel());
    boolean done = work.join.deliver(subscription.channel().name(), number, page);
    work.pages++;
    work.publications += page.publications().size();
    if (page.lost() != null) {
      reportLost(work, page.lost());
    }
    if (!done) {
      requeue(work);
    } else if (!subscription.isClosed()) {
      reportCaughtUp(subscription, work.join.partition(), work);
    }
  }

  /** Reports a partition whose subscriber has everything already, so that no page is read. */
  void reportAtHead(ChannelSubscription subscription, int partition) {
    listener.onResumed(
        new Resumed(subscriber.info(), subscription.channel(), partition, Cause.POSITION, 0, 0, 0));
  }

  private void reportCaughtUp(ChannelSubscription subscription, int partition, Work work) {
    listener.onResumed(
        new Resumed(
            subscriber.info(),
            subscription.channel(),
            partition,
            work.cause,
            work.pages,
            work.publications,
            ticker.readNanos() - work.sinceNanos));
  }

  private void reportLost(Work work, LostPosition lost) {
    LossReason reason =
        switch (lost.reason()) {
          case TRIMMED -> LossReason.TRIMMED;
          case EPOCH -> LossReason.EPOCH;
          case AHEAD -> LossReason.AHEAD;
        };
    listener.onPositionLost(
        new PositionLost(
            subscriber.info(),
            work.subscription.channel(),
            work.join.partition(),
            reason,
            work.pages,
            ticker.readNanos() - work.sinceNanos));
  }

  private synchronized void requeue(Work work) {
    if (!closed) {
      waiting.add(work);
    }
  }
}
