package io.broadcasty.subscribe;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.ReplayPage;
import io.broadcasty.hub.Hub;
import io.broadcasty.tenant.TenantId;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a connection's subscriptions have missed, page by page, one page at a time and only
 * while the connection has room, so that a replay of any length never overflows an outbox. Safe for
 * use by several threads.
 */
final class CatchUp {

  private static final int PAGE_COUNT = 500;

  private record Work(ChannelSubscription subscription, PartitionJoin join) {}

  private final Broker broker;
  private final Hub hub;
  private final Executor executor;
  private final Executor later;
  private final Sink sink;
  private final ToLongFunction<TenantId> pageBytes;

  // guarded by this
  private final ArrayDeque<Work> waiting = new ArrayDeque<>(0);
  private boolean running;
  private boolean closed;

  /**
   * @param executor may block on the store
   * @param later runs a short task some time later; asked when the store cannot be read
   * @param pageBytes about how much is handed to a sink of a tenant at once
   */
  CatchUp(
      Broker broker,
      Hub hub,
      Executor executor,
      Executor later,
      Sink sink,
      ToLongFunction<TenantId> pageBytes) {
    this.broker = broker;
    this.hub = hub;
    this.executor = executor;
    this.later = later;
    this.sink = sink;
    this.pageBytes = pageBytes;
  }

  /** Brings a partition up to date and lets it go live. */
  void add(ChannelSubscription subscription, PartitionJoin join) {
    synchronized (this) {
      if (closed) {
        return;
      }
      waiting.add(new Work(subscription, join));
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

  /** Called on the way of a publication too, which must not hear that the node stops. */
  private void execute() {
    try {
      executor.execute(this::run);
    } catch (RejectedExecutionException e) {
      close();
      sink.failed(e);
    }
  }

  private void run() {
    while (true) {
      if (!sink.hasRoom()) {
        sink.whenRoom(this::execute);
        return;
      }
      Work work = next();
      if (work == null) {
        return;
      }
      try {
        onePage(work);
      } catch (BrokerException e) { // the stream is kept until the store can be read again
        if (e.isUndecodable()) { // another node may be able to
          close();
          sink.failed(e);
          return;
        }
        again(work);
        later.execute(this::execute);
        return;
      } catch (RuntimeException | Error e) { // whatever it is, the client is told
        close();
        sink.failed(e);
        return;
      }
    }
  }

  private synchronized @Nullable Work next() {
    Work work = waiting.poll();
    running = work != null;
    return work;
  }

  private void onePage(Work work) {
    ChannelSubscription subscription = work.subscription();
    if (subscription.isClosed()) {
      return;
    }
    ReplayPage page =
        broker.replay(
            work.join()
                .request(
                    subscription.channel(),
                    PAGE_COUNT,
                    pageBytes.applyAsLong(subscription.channel().tenant())));
    int number = hub.number(subscription.channel());
    if (!work.join().hand(subscription.channel().name(), number, page)) {
      again(work);
    }
  }

  private synchronized void again(Work work) {
    if (!closed) {
      waiting.add(work);
    }
  }
}
