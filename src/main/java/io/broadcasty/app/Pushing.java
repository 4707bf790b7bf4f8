package io.broadcasty.app;

import io.broadcasty.config.Settings;
import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseException;
import io.broadcasty.database.Turns;
import io.broadcasty.push.EnabledServices;
import io.broadcasty.push.PushCondition;
import io.broadcasty.push.PushListener;
import io.broadcasty.push.PushQueue;
import io.broadcasty.push.PushSend;
import io.broadcasty.push.PushStatus;
import io.broadcasty.push.PushStoreException;
import io.broadcasty.push.PushSubscriptions;
import io.broadcasty.push.PushWorker;
import io.broadcasty.push.SubscriptionStore;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcSubscriptionStore;
import io.broadcasty.rbac.Policy;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Push put together. It lies in the database of the store where that has one, else in one that is
 * opened for it; with no push service enabled there is none, and everybody is told so.
 */
final class Pushing implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Pushing.class.getName());

  /** What is under way at the end is waited for as long. */
  private static final Duration LINGER = Duration.ofSeconds(3);

  private static final Duration TAKES_AT_MOST = Duration.ofMinutes(10);
  private static final Duration LOOKED_AFTER_ONCE_IN = Duration.ofSeconds(4);

  private final PushVendors vendors;
  private final @Nullable Database opened;
  private final PushWorker worker;
  private final PushSubscriptions subscriptions;
  private final PushSend send;
  private final PushStatus status;
  private final Runnable upkeep;

  private Pushing(
      PushVendors vendors,
      @Nullable Database opened,
      PushWorker worker,
      PushSubscriptions subscriptions,
      PushSend send,
      PushStatus status,
      Runnable upkeep) {
    this.vendors = vendors;
    this.opened = opened;
    this.worker = worker;
    this.subscriptions = subscriptions;
    this.send = send;
    this.status = status;
    this.upkeep = upkeep;
  }

  /**
   * Begins to send.
   *
   * @param vendors closed with it
   */
  static Pushing start(
      Settings settings,
      PushVendors vendors,
      Store store,
      Policy policy,
      String node,
      Ticker ticker,
      WallClock clock) {
    if (vendors.services().isEmpty()) {
      PushOff off = new PushOff();
      return of(settings, vendors, null, off, off, store, policy, node, ticker, clock, () -> {});
    }
    Database ofStore = store.database();
    Database database = ofStore == null ? StoreConnections.database(settings, ticker) : ofStore;
    PushQueue queue = new JdbcPushQueue(database, clock);
    return of(
        settings,
        vendors,
        ofStore == null ? database : null,
        new JdbcSubscriptionStore(database),
        queue,
        store,
        policy,
        node,
        ticker,
        clock,
        upkeep(queue, new Turns(database), settings.push().retention(), clock));
  }

  private static Pushing of(
      Settings settings,
      PushVendors vendors,
      @Nullable Database opened,
      SubscriptionStore devices,
      PushQueue queue,
      Store store,
      Policy policy,
      String node,
      Ticker ticker,
      WallClock clock,
      Runnable upkeep) {
    EnabledServices services = vendors.services();
    PushWorker worker =
        new PushWorker(
            services,
            queue,
            node,
            settings.push().maxInFlight(),
            ticker,
            clock,
            PushListener.NONE,
            LINGER,
            Threads.named("push"));
    return new Pushing(
        vendors,
        opened,
        worker,
        new PushSubscriptions(services, policy, store.limits(), devices, clock),
        new PushSend(
            services,
            policy,
            store.limits(),
            devices,
            store.presence(),
            queue,
            settings.push().quotaPerDay(),
            clock,
            worker::wake),
        new PushStatus(services, store.limits(), queue),
        upkeep);
  }

  /** What one of the nodes that share the database does for all. */
  private static Runnable upkeep(
      PushQueue queue, Turns turns, Duration retention, WallClock clock) {
    return () -> {
      try {
        turns.take(
            "push",
            TAKES_AT_MOST,
            LOOKED_AFTER_ONCE_IN,
            () -> queue.upkeep(clock.nowMillis() - retention.toMillis()));
      } catch (DatabaseException | PushStoreException e) { // the worker tells of it
        LOG.log(Level.FINE, "the push queue is not looked after now", e);
      }
    };
  }

  PushSubscriptions subscriptions() {
    return subscriptions;
  }

  PushSend send() {
    return send;
  }

  PushStatus status() {
    return status;
  }

  PushVendors vendors() {
    return vendors;
  }

  /** To be run every few seconds; may take long. */
  Runnable upkeep() {
    return upkeep;
  }

  /** How each push service does. */
  List<PushCondition> conditions() {
    return worker.conditions();
  }

  @Override
  public void close() {
    worker.close();
    vendors.close();
    if (opened != null) {
      opened.close();
    }
  }
}
