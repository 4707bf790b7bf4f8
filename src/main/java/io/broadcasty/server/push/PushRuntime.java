package io.broadcasty.server.push;

import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.core.lifecycle.RealtimeListeners;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.AuditLogRetention;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseException;
import io.broadcasty.infra.database.JdbcLeaderLocks;
import io.broadcasty.metrics.Meters;
import io.broadcasty.observability.meters.PushCounts;
import io.broadcasty.observability.meters.PushEvents;
import io.broadcasty.observability.meters.PushMeters;
import io.broadcasty.push.PushExplorer;
import io.broadcasty.push.PushIfUndelivered;
import io.broadcasty.push.PushSend;
import io.broadcasty.push.PushSettings;
import io.broadcasty.push.PushStatusQuery;
import io.broadcasty.push.PushSubscriptions;
import io.broadcasty.push.UndeliveredPushMonitor;
import io.broadcasty.push.device.FollowerPolicy;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.jdbc.JdbcPendingPushes;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.queue.PendingPushes;
import io.broadcasty.push.queue.PushBacklog;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.sending.PushServiceHealth;
import io.broadcasty.push.sending.PushWorker;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.stores.Store;
import io.broadcasty.server.stores.StoreConnections;
import io.broadcasty.server.threads.Threads;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Wires and runs push. It uses the store's database if there is one, otherwise it opens one. When
 * no push service is enabled it opens none, and requests are answered accordingly.
 */
public final class PushRuntime implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(PushRuntime.class.getName());

  /** The time that requests under way get to finish when push stops. */
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(3);

  private static final Duration UPKEEP_LEASE = Duration.ofMinutes(10);
  private static final Duration UPKEEP_INTERVAL = Duration.ofSeconds(4);
  private static final long WATCH_MILLIS = 1000;
  private static final long UPKEEP_MILLIS = 5000;
  private static final long BACKLOG_MILLIS = 15_000;

  private final OpenPushProviders providers;
  private final @Nullable Database ownDatabase;
  private final PushSubscriptionStore devices;
  private final PushWorker worker;
  private final PushSubscriptions subscriptions;
  private final PushSend send;
  private final PushStatusQuery status;
  private final PushExplorer explorer;
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
  public PushRuntime(
      Settings settings,
      TenantSettingsLookup tenants,
      OpenPushProviders providers,
      Store store,
      Policy policy,
      String node,
      UndeliveredPushMonitor.ConnectedUsers connected,
      Meters meters,
      RealtimeListeners listeners,
      Ticker ticker,
      WallClock own,
      Threads threads) {
    this.providers = providers;
    PushProviders services = providers.services();
    Database ofStore = store.database();
    DisabledPush off = new DisabledPush();
    PushSubscriptionStore devices = off;
    PushQueue queue = off;
    PendingPushes pending = off;
    Database database = null;
    WallClock clock = own;
    if (!services.isEmpty()) {
      database = ofStore == null ? StoreConnections.database(settings, ticker) : ofStore;
      clock = database.clock(); // by which nodes agree on what is due
      devices = new JdbcPushSubscriptionStore(database);
      queue = new JdbcPushQueue(database, clock);
      pending = new JdbcPendingPushes(database);
    }
    this.ownDatabase = ofStore == null ? database : null;
    this.devices = devices;
    PushSettings push = settings.push();
    FollowerPolicy followers = new FollowerPolicy(policy, push.confirmedWithin(), clock);
    PushCounts counts = new PushCounts();
    listeners.add(counts);
    this.worker =
        new PushWorker(
            services,
            queue,
            followers,
            node,
            push.maxInFlight(),
            ticker,
            clock,
            new PushEvents(listeners),
            STOP_TIMEOUT,
            threads.loops.supervised("push"));
    this.subscriptions = new PushSubscriptions(services, policy, store.limits(), devices, clock);
    this.send =
        new PushSend(
            services,
            policy,
            store.limits(),
            devices,
            followers,
            store.presence(),
            queue,
            tenant -> tenants.of(tenant).pushQuotaPerDay(),
            clock,
            worker::wake);
    this.explorer = new PushExplorer(services, devices, queue, worker::health);
    this.status = new PushStatusQuery(services, store.limits(), queue);
    this.undelivered = new PushIfUndelivered(services, pending, clock);
    if (database != null) {
      UndeliveredPushMonitor watch =
          new UndeliveredPushMonitor(
              pending,
              devices,
              followers,
              queue,
              services,
              connected,
              tenant -> tenants.of(tenant).pushQuotaPerDay(),
              clock,
              worker::wake);
      threads.scheduleWatching(WATCH_MILLIS, "push-watch", ignoringOutage(watch::poll));
      PushBacklog backlog = new PushBacklog(queue, services);
      meters.addAll(PushMeters.of(services.services(), counts, backlog::count, worker::health));
      threads.scheduleLong(BACKLOG_MILLIS, "push-backlog", ignoringOutage(backlog::refresh));
      threads.scheduleLong(
          UPKEEP_MILLIS, "push-upkeep", ignoringOutage(upkeep(settings, database, queue, clock)));
    }
  }

  /** Returns the maintenance task that one of the nodes sharing the database runs for all. */
  private Runnable upkeep(Settings settings, Database database, PushQueue queue, WallClock clock) {
    JdbcLeaderLocks turns = new JdbcLeaderLocks(database);
    AuditLogRetention audit = new AuditLogRetention(database);
    Runnable work =
        () -> {
          queue.cleanUp(clock.nowMillis() - settings.push().retention().toMillis());
          if (ownDatabase != null) { // otherwise the store prunes it
            audit.prune(clock.nowMillis() - settings.auditRetention().toMillis());
          }
        };
    return () -> turns.runIfAcquired("push", UPKEEP_LEASE, UPKEEP_INTERVAL, work);
  }

  /** Wraps a task so that it ignores an unreachable database, which the push worker reports. */
  private static Runnable ignoringOutage(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (DatabaseException | PushStoreException e) {
        LOG.log(Level.DEBUG, "Cannot reach the database of push; the task will run again", e);
      }
    };
  }

  /**
   * Ends the notifications of private topics to a user's devices, also those that wait, until the
   * devices are registered again.
   *
   * @param tenant null for every tenant
   * @return how many devices were concerned
   * @throws ControlException when the database cannot be reached; trying again is right
   */
  public int endAccess(@Nullable TenantId tenant, String user) {
    if (providers.services().isEmpty()) {
      return 0;
    }
    try {
      return devices.forgetRoles(tenant, user);
    } catch (PushStoreException e) {
      throw new ControlException("cannot reach the database of push", e);
    }
  }

  /**
   * Removes all devices of a user, until they are registered again.
   *
   * @return how many devices were removed
   * @throws ControlException when the database cannot be reached; trying again is right
   */
  public int removeDevices(TenantId tenant, String user) {
    try {
      return subscriptions.removeAll(tenant, user);
    } catch (PushStoreException e) {
      throw new ControlException("cannot reach the database of push", e);
    }
  }

  public PushSubscriptions subscriptions() {
    return subscriptions;
  }

  public PushSend send() {
    return send;
  }

  public PushStatusQuery status() {
    return status;
  }

  public PushIfUndelivered undelivered() {
    return undelivered;
  }

  /** Returns the use case of administrators who look at devices and the queue. */
  public PushExplorer explorer() {
    return explorer;
  }

  public OpenPushProviders providers() {
    return providers;
  }

  /** Returns the condition of each push service. */
  public List<PushServiceHealth> health() {
    return worker.health();
  }

  @Override
  public void close() {
    worker.close();
    providers.close();
    if (ownDatabase != null) {
      ownDatabase.close();
    }
  }
}
