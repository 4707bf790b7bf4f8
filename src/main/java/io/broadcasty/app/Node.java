package io.broadcasty.app;

import io.broadcasty.admin.DisconnectStreams;
import io.broadcasty.attend.Attend;
import io.broadcasty.auth.Authenticator;
import io.broadcasty.auth.NonceStore;
import io.broadcasty.background.BackgroundLoops;
import io.broadcasty.broker.Broker;
import io.broadcasty.config.ConfigKeys;
import io.broadcasty.config.Settings;
import io.broadcasty.driver.Guard;
import io.broadcasty.driver.RelayReport;
import io.broadcasty.hub.Hub;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.lifecycle.RealtimeListeners;
import io.broadcasty.metrics.Meters;
import io.broadcasty.nodes.NodeRegistry;
import io.broadcasty.publish.Publish;
import io.broadcasty.ratelimit.ConnectionLimiter;
import io.broadcasty.ratelimit.RateLimiter;
import io.broadcasty.rbac.Policy;
import io.broadcasty.session.DisconnectListener;
import io.broadcasty.session.ObservedAuthenticator;
import io.broadcasty.session.SessionContext;
import io.broadcasty.session.Sessions;
import io.broadcasty.session.UndeliveredPushes;
import io.broadcasty.subscribe.Subscribe;
import io.broadcasty.telemetry.ConnectionCounts;
import io.broadcasty.telemetry.ConnectionMeters;
import io.broadcasty.telemetry.DriverMeters;
import io.broadcasty.telemetry.EventMeters;
import io.broadcasty.telemetry.LoopMeters;
import io.broadcasty.telemetry.PublicationMeters;
import io.broadcasty.telemetry.PublishCounts;
import io.broadcasty.telemetry.RelayEvents;
import io.broadcasty.telemetry.StoreMeters;
import io.broadcasty.telemetry.TenantMeters;
import io.broadcasty.tenant.RefreshedTenantSettings;
import io.broadcasty.tenant.TenantSettingsLookup;
import io.broadcasty.tenant.TenantSettingsSource;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import io.broadcasty.tracing.ServerTracing;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One running Broadcasty node: wires its components, starts them in the constructor and stops them
 * in {@link #close}.
 */
final class Node implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Node.class.getName());
  private static final long SWEEP_MILLIS = 1000;
  private static final long PRUNE_MILLIS = 5000;

  /** The delay before a failed read of the store is retried. */
  private static final long RETRY_MILLIS = 500;

  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** The time that the connections of the last sessions get to close. */
  private static final long PARTING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int REPLAY_PAGE_BYTES = 64 * 1024;

  private final Ticker ticker;
  private final Duration drain;
  private final Threads threads;
  private final Store store;
  private final Pushing push;
  private final Policy policy;
  private final Sessions sessions;
  private final RealtimeListeners listeners = new RealtimeListeners();
  private final SessionContext context;
  private final DisconnectStreams disconnect;
  private final ExecutorService refresher;
  private volatile long sweptNanos;

  /**
   * Starts the node.
   *
   * @param meters registers the node's meters; closed by the caller
   */
  Node(
      Settings settings,
      Authenticator authenticator,
      Policy policy,
      TenantSettingsSource source,
      Guard guard,
      Meters meters,
      Ticker ticker,
      WallClock clock) {
    this.ticker = ticker;
    this.threads = new Threads(ticker);
    this.refresher = Executors.newSingleThreadExecutor(threads.loops.threads("settings"));
    RefreshedTenantSettings tenants = new RefreshedTenantSettings(settings.tenants(), source);
    if (!tenants.refreshAll()) { // otherwise data would be kept by wrong settings
      threads.close();
      throw new IllegalStateException(
          "Cannot read the settings of tenants; see the log messages before");
    }
    this.drain = settings.drain();
    this.policy = policy;
    ConnectionCounts connections = new ConnectionCounts();
    PublishCounts publications = new PublishCounts();
    listeners.add(connections);
    listeners.add(publications);
    EventMeters events = new EventMeters();
    listeners.add(events);
    Identity identity = Identity.next(clock);
    if (settings.traces()) {
      listeners.add(traces(clock, identity));
    }
    Hub hub = new Hub(threads.joins, listeners, clock); // asks now which events are observed
    this.sessions = new Sessions(ticker, clock, listeners);
    Relays relays =
        new Relays(
            settings,
            guard,
            new RelayEvents(listeners),
            identity.name(),
            ticker,
            clock,
            threads.loops);
    this.store =
        new Stores(
                settings,
                tenants,
                () -> identity.info(sessions.isDraining()),
                ticker,
                clock,
                hub,
                threads,
                relays,
                meters,
                listeners)
            .open();
    this.push = pushing(settings, tenants, identity, meters, clock);
    RateLimiter limits = store.limits();
    Publish publish = new Publish(policy, limits, store.broker(), ticker, listeners);
    this.context =
        new SessionContext(
            settings.session(),
            tenants,
            new ObservedAuthenticator(authenticator, listeners),
            publish,
            new UndeliveredPushes(push.undelivered(), listeners),
            new Subscribe(
                policy,
                limits,
                store.broker(),
                store.presence(),
                hub,
                threads.replays,
                threads.after(RETRY_MILLIS),
                tenants,
                REPLAY_PAGE_BYTES,
                ticker,
                listeners),
            new Attend(policy, limits, store.presence(), tenants, listeners),
            store.connections(),
            sessions,
            ticker,
            clock,
            threads.lanes,
            threads.readers,
            threads.closers,
            listeners);
    store.control().listen(new DisconnectListener(sessions));
    TenantSettingsRefresh refresh = new TenantSettingsRefresh(tenants, refresher);
    store.control().listen(refresh);
    refresh.onMissed(); // reads what changed since refreshAll() above
    meters.addAll(TenantMeters.of(tenants));
    this.disconnect =
        new DisconnectStreams(
            settings.administration(),
            store.control(),
            sessions::count,
            store.nodes(),
            store.audit(),
            clock,
            listeners);
    meters.addAll(ConnectionMeters.of(connections, sessions, store.nodes()));
    meters.addAll(PublicationMeters.of(publications, hub));
    events.show(meters, listeners::failures);
    meters.addAll(StoreMeters.of(store.broker()));
    meters.addAll(DriverMeters.of(store.relay(), ticker));
    threads.loops.onName(name -> meters.addAll(LoopMeters.of(threads.loops, name)));
    sweptNanos = ticker.readNanos();
    threads.lanes.onBroken(sessions::laneBroke);
    threads.every(SWEEP_MILLIS, "sweep", this::sweep);
    threads.every(SWEEP_MILLIS, "presence-expiry", store.presence()::expire);
    threads.rarely(PRUNE_MILLIS, "upkeep", store.upkeep());
    threads.rarely(PRUNE_MILLIS, "tenant-settings", refresh::retry);
  }

  private static RealtimeListener traces(WallClock clock, Identity identity) {
    return ServerTracing.listener(clock, identity.name())
        .orElseGet(
            () -> {
              LOG.log(
                  Level.WARNING,
                  "Publications are not traced although "
                      + ConfigKeys.TRACES_ENABLED.name()
                      + "=true: this server gives applications no OpenTelemetry, or has it"
                      + " turned off; set otel.sdk.disabled=false, and see docs/operations.md");
              return RealtimeListener.NONE;
            });
  }

  /** Starts push; closes the store when that fails. */
  private Pushing pushing(
      Settings settings,
      TenantSettingsLookup tenants,
      Identity identity,
      Meters meters,
      WallClock clock) {
    try {
      return new Pushing(
          settings,
          tenants,
          OpenProviders.open(
              settings.pushProviders(), threads.loops.threads("push-io"), ticker, clock),
          store,
          policy,
          identity.name(),
          sessions::subscribers,
          meters,
          listeners,
          ticker,
          clock,
          threads);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  Pushing push() {
    return push;
  }

  Broker broker() {
    return store.broker();
  }

  Policy policy() {
    return policy;
  }

  RateLimiter limits() {
    return store.limits();
  }

  ConnectionLimiter connections() {
    return store.connections();
  }

  NonceStore nonces() {
    return store.nonces();
  }

  DisconnectStreams disconnect() {
    return disconnect;
  }

  NodeRegistry nodes() {
    return store.nodes();
  }

  RelayReport relay() {
    return store.relay();
  }

  RealtimeListener listener() {
    return listeners;
  }

  Sessions sessions() {
    return sessions;
  }

  SessionContext context() {
    return context;
  }

  /** Returns the background loops of this node. */
  BackgroundLoops loops() {
    return threads.loops;
  }

  /** Returns the time since the last sweep of the connections. */
  Duration sinceSweep() {
    return Duration.ofNanos(ticker.readNanos() - sweptNanos);
  }

  /** Drains the connections over the configured time, then closes the store, then the threads. */
  @Override
  public void close() {
    threads.loops.stopping();
    LOG.log(Level.INFO, () -> "Draining " + sessions.size() + " connections over " + drain);
    boolean connected = sessions.size() > 0;
    sessions.drain(drain, threads.scheduler);
    long deadline = ticker.readNanos() + drain.toNanos() + LINGER_NANOS;
    while (sessions.size() > 0 && deadline - ticker.readNanos() > 0) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    if (connected) {
      LockSupport.parkNanos(PARTING_NANOS);
    }
    threads.endReading();
    push.close();
    store.close();
    refresher.shutdownNow();
    threads.close();
    LOG.log(Level.INFO, "Broadcasty has stopped");
  }

  private void sweep() {
    sessions.sweep();
    sweptNanos = ticker.readNanos();
  }
}
