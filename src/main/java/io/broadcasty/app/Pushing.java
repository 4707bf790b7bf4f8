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
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Wires and runs push. It uses the store's database if there is one, otherwise it opens one. When
 * no push service is enabled it opens none, and requests are answered accordingly.
 */
final class Pushing implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Pushing.class.getName());

  /** The time that requests under way get to finish when push stops. */
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
   * Starts sending.
   *
   * @param tenants the current settings of each tenant
   * @param providers closed together with this object
   * @param node names this node's claims
   * @param connected the users connected to this node
   * @param meters registers the meters of push
   * @param listeners notified of the outcome of notifications
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

  /** Returns the maintenance task that one of the nodes sharing the database runs for all. */
  private Runnable upkeep(Settings settings, Database database, PushQueue queue, WallClock clock) {
    Turns turns = new Turns(database);
    AuditLogs audit = new AuditLogs(database);
    Runnable work =
        () -> {
          queue.upkeep(clock.nowMillis() - settings.push().retention().toMillis());
          if (opened != null) { // otherwise the store prunes it
            audit.prune(clock.nowMillis() - settings.auditRetention().toMillis());
          }
        };
    return () -> turns.take("push", TAKES_AT_MOST, LOOKED_AFTER_ONCE_IN, work);
  }

  /** Wraps a task so that it ignores an unreachable database, which the push worker reports. */
  private static Runnable whileThereIsADatabase(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (DatabaseException | PushStoreException e) {
        LOG.log(Level.DEBUG, "Cannot reach the database of push; the task will run again", e);
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

  /** Returns the condition of each push service. */
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
