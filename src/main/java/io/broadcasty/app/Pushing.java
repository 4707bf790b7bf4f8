package io.broadcasty.app;

import io.broadcasty.config.Settings;
import io.broadcasty.database.AuditLogs;
import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseException;
import io.broadcasty.database.Turns;
import io.broadcasty.lifecycle.RealtimeListeners;
import io.broadcasty.metrics.Meters;
import io.broadcasty.push.DeliveryWatch;
import io.broadcasty.push.EnabledServices;
import io.broadcasty.push.PendingPushes;
import io.broadcasty.push.PushBacklog;
import io.broadcasty.push.PushCondition;
import io.broadcasty.push.PushIfUndelivered;
import io.broadcasty.push.PushQueue;
import io.broadcasty.push.PushSend;
import io.broadcasty.push.PushSettings;
import io.broadcasty.push.PushStatus;
import io.broadcasty.push.PushStoreException;
import io.broadcasty.push.PushSubscriptions;
import io.broadcasty.push.PushWorker;
import io.broadcasty.push.SubscriptionStore;
import io.broadcasty.push.jdbc.JdbcPendingPushes;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcSubscriptionStore;
import io.broadcasty.rbac.Policy;
import io.broadcasty.telemetry.PushCounts;
import io.broadcasty.telemetry.PushEvents;
import io.broadcasty.telemetry.PushMeters;
import io.broadcasty.tenant.TenantSettingsLookup;
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
  private static final long WATCH_MILLIS = 1000;
  private static final long UPKEEP_MILLIS = 5000;
  private static final long BACKLOG_MILLIS = 15_000;

  private final OpenProviders providers;
  private final @Nullable Database opened;
  private final PushWorker worker;
  private final PushSubscriptions subscriptions;
  private final PushSend send;
  private final PushStatus status;
  private final PushIfUndelivered undelivered;

  /**
   * Begins to send.
   *
   * @param tenants the settings of each tenant now
   * @param providers closed with it
   * @param node names this node's claims
   * @param connected who is connected to this node
   * @param meters shown what is counted
   * @param listeners are told what becomes of notifications
   */
  Pushing(
      Settings settings,
      TenantSettingsLookup tenants,
      OpenProviders providers,
      Store store,
      Policy policy,
      String node,
      DeliveryWatch.Connected connected,
      Meters meters,
      RealtimeListeners listeners,
      Ticker ticker,
      WallClock clock,
      Threads threads) {
    this.providers = providers;
    EnabledServices services = providers.services();
    Database ofStore = store.database();
    PushOff off = new PushOff();
    SubscriptionStore devices = off;
    PushQueue queue = off;
    PendingPushes pending = off;
    Database database = null;
    if (!services.isEmpty()) {
      database = ofStore == null ? StoreConnections.database(settings, ticker) : ofStore;
      devices = new JdbcSubscriptionStore(database);
      queue = new JdbcPushQueue(database, clock);
      pending = new JdbcPendingPushes(database);
    }
    this.opened = ofStore == null ? database : null;
    PushSettings push = settings.push();
    PushCounts counts = new PushCounts();
    listeners.add(counts);
    this.worker =
        new PushWorker(
            services,
            queue,
            node,
            push.maxInFlight(),
            ticker,
            clock,
            new PushEvents(listeners),
            LINGER,
            threads.loops.supervised("push"));
    this.subscriptions = new PushSubscriptions(services, policy, store.limits(), devices, clock);
    this.send =
        new PushSend(
            services,
            policy,
            store.limits(),
            devices,
            store.presence(),
            queue,
            tenant -> tenants.of(tenant).pushQuotaPerDay(),
            clock,
            worker::wake);
    this.status = new PushStatus(services, store.limits(), queue);
    this.undelivered = new PushIfUndelivered(services, pending, clock);
    if (database != null) {
      DeliveryWatch watch =
          new DeliveryWatch(
              pending,
              devices,
              queue,
              services,
              connected,
              tenant -> tenants.of(tenant).pushQuotaPerDay(),
              clock,
              worker::wake);
      threads.watching(WATCH_MILLIS, "push-watch", whileThereIsADatabase(watch::look));
      PushBacklog backlog = new PushBacklog(queue, services);
      meters.addAll(PushMeters.of(services.services(), counts, backlog::of, worker::conditions));
      threads.rarely(BACKLOG_MILLIS, "push-backlog", whileThereIsADatabase(backlog::look));
      threads.rarely(
          UPKEEP_MILLIS,
          "push-upkeep",
          whileThereIsADatabase(upkeep(settings, database, queue, clock)));
    }
  }

  /** What one of the nodes that share the database does for all. */
  private Runnable upkeep(Settings settings, Database database, PushQueue queue, WallClock clock) {
    Turns turns = new Turns(database);
    AuditLogs audit = new AuditLogs(database);
    Runnable work =
        () -> {
          queue.upkeep(clock.nowMillis() - settings.push().retention().toMillis());
          if (opened != null) { // else the store does
            audit.prune(clock.nowMillis() - settings.auditRetention().toMillis());
          }
        };
    return () -> turns.take("push", TAKES_AT_MOST, LOOKED_AFTER_ONCE_IN, work);
  }

  /** The worker tells when there is none. */
  private static Runnable whileThereIsADatabase(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (DatabaseException | PushStoreException e) {
        LOG.log(Level.FINE, "the database of push is not there now", e);
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

  PushIfUndelivered undelivered() {
    return undelivered;
  }

  OpenProviders providers() {
    return providers;
  }

  /** How each push service does. */
  List<PushCondition> conditions() {
    return worker.conditions();
  }

  @Override
  public void close() {
    worker.close();
    providers.close();
    if (opened != null) {
      opened.close();
    }
  }
}
