package io.broadcasty.server;

import io.broadcasty.admin.DisconnectStreams;
import io.broadcasty.admin.app.AppAdministration;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.explorer.PublicationRates;
import io.broadcasty.admin.securitylog.SecurityLog;
import io.broadcasty.admin.securitylog.SecurityLogListener;
import io.broadcasty.admin.tenant.FirstSightTenants;
import io.broadcasty.admin.tenant.jdbc.JdbcTenantSettings;
import io.broadcasty.cluster.clock.ClockCheck;
import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.BearerTokens;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.auth.ServedTenants;
import io.broadcasty.core.auth.TicketStore;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.lifecycle.RealtimeListeners;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.ratelimit.UnauthenticatedConnections;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.LayeredTenantSettings;
import io.broadcasty.core.tenant.RefreshedTenantSettings;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.tenant.TenantSettingsSource;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.audience.Audience;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.delivery.session.DisconnectListener;
import io.broadcasty.delivery.session.ObservedAuthenticator;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.delivery.session.SuspensionReason;
import io.broadcasty.delivery.session.UndeliveredPushService;
import io.broadcasty.delivery.subscribe.SubscribeService;
import io.broadcasty.infra.database.Database;
import io.broadcasty.metrics.Meters;
import io.broadcasty.observability.mbeans.LocalPublisherBean;
import io.broadcasty.observability.mbeans.LocalPublisherMBean;
import io.broadcasty.observability.mbeans.ManagementBeans;
import io.broadcasty.observability.meters.ClockMeters;
import io.broadcasty.observability.meters.ConnectionCounts;
import io.broadcasty.observability.meters.ConnectionMeters;
import io.broadcasty.observability.meters.DriverMeters;
import io.broadcasty.observability.meters.EventMeters;
import io.broadcasty.observability.meters.LoopMeters;
import io.broadcasty.observability.meters.MemoryMeters;
import io.broadcasty.observability.meters.PublicationMeters;
import io.broadcasty.observability.meters.PublishCounts;
import io.broadcasty.observability.meters.RelayEvents;
import io.broadcasty.observability.meters.SecurityLogMeters;
import io.broadcasty.observability.meters.StoreMeters;
import io.broadcasty.observability.meters.TenantMeters;
import io.broadcasty.observability.tracing.ServerTracing;
import io.broadcasty.outbox.OutboxAdministration;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.presence.service.PresenceService;
import io.broadcasty.relay.RelayStatusSource;
import io.broadcasty.relay.provider.CallPolicy;
import io.broadcasty.server.config.ConfigKeys;
import io.broadcasty.server.config.LocalConfigKeys;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.TenantSettingTable;
import io.broadcasty.server.push.OpenPushProviders;
import io.broadcasty.server.push.PushRuntime;
import io.broadcasty.server.stores.RelayRuntime;
import io.broadcasty.server.stores.Store;
import io.broadcasty.server.stores.StoreFactory;
import io.broadcasty.server.threads.Threads;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.publish.PublishService;
import io.broadcasty.transport.local.LocalCaller;
import io.broadcasty.transport.local.LocalPublisher;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One running Broadcasty node: wires its components, starts them in the constructor and stops them
 * in {@link #close}.
 */
public final class Node implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Node.class.getName());
  private static final long SWEEP_MILLIS = 1000;
  private static final long PRUNE_MILLIS = 5000;
  private static final long SUMMARY_MILLIS = 5000;

  private static final long CLOCK_MILLIS = 5000;

  /** How often clients are told how many subscribe to channels, and which users are signed in. */
  private static final long AUDIENCE_MILLIS = 500;

  /** The time over which the streams of a node end that takes no part any more. */
  private static final Duration SUSPENSION_SPREAD = Duration.ofSeconds(5);

  private static final Problem CLOCK_PROBLEM =
      new Problem(
          Code.UNAVAILABLE,
          "the clock of this node is wrong; reconnect to another one",
          Duration.ofSeconds(1));

  private static final Problem CUT_OFF_PROBLEM =
      new Problem(
          Code.UNAVAILABLE,
          "this node cannot reach Redis; reconnect to another one",
          Duration.ofSeconds(1));

  /** The delay before a failed read of the store is retried. */
  private static final long RETRY_MILLIS = 500;

  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** The time that the connections of the last sessions get to close. */
  private static final long CLOSE_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final int REPLAY_PAGE_BYTES = 64 * 1024;

  private final Ticker ticker;
  private final Duration drain;
  private final Threads threads;
  private final MemoryBudgets memory;
  private final UnauthenticatedConnections unauthenticated;
  private final Store store;
  private final PushRuntime push;
  private final AppRuntime apps;
  private final WebhookRuntime webhooks;
  private final MessagingRuntime messaging;
  private final Policy policy;
  private final Sessions sessions;
  private final RealtimeListeners listeners = new RealtimeListeners();
  private final SessionContext context;
  private final Audience audience;
  private final DisconnectStreams disconnect;
  private final ControlPlane controlPlane;
  private final ControlPlane.Administrations administrations;
  private final Explorers explorers;
  private final SecurityLog securityLog;
  private final ManagementBeans beans;
  private final OutboxRuntime outboxes;
  private final ExecutorService refresher;
  private volatile long sweptNanos;

  @ConfinedTo("the scheduler")
  private boolean cutOff;

  /**
   * Starts the node.
   *
   * @param meters registers the node's meters; closed by the caller
   */
  Node(
      Settings settings,
      Authenticator authenticator,
      Policy resolved,
      TenantSettingsSource source,
      CallPolicy callPolicy,
      Meters meters,
      Ticker ticker,
      WallClock clock) {
    this.ticker = ticker;
    this.memory = new MemoryBudgets(settings.memory(), listeners);
    this.unauthenticated = new UnauthenticatedConnections(settings.unauthenticated(), ticker);
    this.threads = new Threads(ticker);
    this.refresher = Executors.newSingleThreadExecutor(threads.loops.threadFactory("settings"));
    LayeredTenantSettings sources = new LayeredTenantSettings(source);
    RefreshedTenantSettings tenants = new RefreshedTenantSettings(settings.tenants(), sources);
    if (!tenants.refreshAll()) { // otherwise data would be kept by wrong settings
      threads.close();
      throw unreadableSettings();
    }
    this.drain = settings.drain();
    this.controlPlane = new ControlPlane(settings, ticker, clock);
    this.policy = controlPlane.policy(resolved);
    ConnectionCounts connections = new ConnectionCounts();
    PublishCounts publications = new PublishCounts();
    listeners.add(connections);
    listeners.add(publications);
    PublicationRates publicationRates = new PublicationRates(ticker);
    listeners.add(publicationRates);
    EventMeters events = new EventMeters();
    listeners.add(events);
    ServiceLoader.load(RealtimeListener.class, Node.class.getClassLoader()).forEach(listeners::add);
    NodeIdentity identity = NodeIdentity.create(clock);
    if (settings.traces()) {
      listeners.add(tracingListener(clock, identity));
    }
    Hub hub =
        new Hub(threads.patternMatchers, listeners, clock); // asks now which events are observed
    this.sessions = new Sessions(ticker, clock, listeners, memory);
    RelayRuntime relays =
        new RelayRuntime(
            settings,
            callPolicy,
            new RelayEvents(listeners),
            identity.name(),
            ticker,
            clock,
            threads.loops,
            MessagingRuntime::provider);
    this.store =
        new StoreFactory(
                settings,
                memory,
                tenants,
                controlPlane.channelSettings(),
                () -> identity.info(isDraining()),
                ticker,
                clock,
                hub,
                threads,
                relays,
                meters,
                listeners,
                database -> {
                  readStoredTenants(database, sources, tenants);
                  controlPlane.readFrom(database);
                })
            .open();
    this.securityLog =
        new SecurityLog(
            settings.securityLog(),
            identity.name(),
            store.audit(),
            threads.housekeeper,
            ticker,
            clock);
    if (settings.securityLog().enabled()) {
      listeners.add(new SecurityLogListener(securityLog));
    }
    this.push = startPush(settings, tenants, identity, meters, clock);
    this.apps = startApps(settings, clock);
    this.webhooks = startWebhooks(settings, identity, meters, clock);
    this.audience = audience(settings, identity, hub);
    RateLimiter limits = store.limits();
    PublishService publish = new PublishService(policy, limits, store.broker(), ticker, listeners);
    this.context =
        new SessionContext(
            settings.session(),
            memory,
            tenants,
            new ObservedAuthenticator(
                new BearerTokens(served(settings, authenticator, tenants)), listeners),
            publish,
            new UndeliveredPushService(push.undelivered(), listeners),
            new SubscribeService(
                policy,
                limits,
                store.broker(),
                store.presence(),
                hub,
                threads.replays,
                threads.delayed(RETRY_MILLIS),
                tenants,
                REPLAY_PAGE_BYTES,
                memory.of(MemoryArea.SUBSCRIPTIONS),
                ticker,
                listeners),
            new PresenceService(policy, limits, store.presence(), tenants, listeners),
            store.connections(),
            limits,
            sessions,
            ticker,
            clock,
            threads.eventLoops,
            threads.readers,
            threads.closers,
            listeners);
    store.control().addListener(new DisconnectListener(sessions));
    TenantSettingsRefresh refresh =
        new TenantSettingsRefresh(tenants, refresher, () -> endRefused(tenants));
    store.control().addListener(refresh);
    refresh.onMissed(); // reads what changed since refreshAll() above
    controlPlane.start(store, sessions, threads, refresher);
    meters.addAll(TenantMeters.of(tenants));
    meters.addAll(MemoryMeters.of(memory));
    this.disconnect =
        new DisconnectStreams(
            settings.administration(),
            store.control(),
            sessions::count,
            push::endAccess,
            store::nodeCount,
            store.audit(),
            clock,
            listeners);
    this.administrations = controlPlane.administrations(store, push);
    this.explorers =
        new Explorers(
            () -> identity.info(isDraining()),
            store,
            hub,
            sessions,
            controlPlane.auditReader(),
            publicationRates,
            () -> services(store, push),
            threads,
            ticker,
            clock);
    listeners.add(explorers.events().listener());
    controlPlane.startJobs(threads);
    meters.addAll(ConnectionMeters.of(connections, sessions, store::nodeCount));
    meters.addAll(PublicationMeters.of(publications, hub));
    events.register(meters, listeners::failures);
    meters.addAll(StoreMeters.of(store.broker()));
    meters.addAll(SecurityLogMeters.of(securityLog));
    meters.addAll(DriverMeters.of(store.relay(), ticker));
    threads.loops.addNameListener(name -> meters.addAll(LoopMeters.of(threads.loops, name)));
    checkClock();
    if (store.clock() != null) {
      meters.addAll(ClockMeters.of(store.clock()));
      threads.scheduleWatching(CLOCK_MILLIS, "clock", this::checkClock);
    }
    sweptNanos = ticker.readNanos();
    threads.eventLoops.onError(sessions::onEventLoopError);
    threads.schedule(SWEEP_MILLIS, "sweep", this::sweep);
    threads.schedule(SWEEP_MILLIS, "cut-off-check", this::checkCutOff);
    threads.schedule(SWEEP_MILLIS, "refused-tenants", () -> endRefused(tenants));
    threads.schedule(SUMMARY_MILLIS, "security-log", securityLog::summarize);
    threads.schedule(SWEEP_MILLIS, "presence-expiry", store.presence()::expire);
    threads.scheduleSharing(AUDIENCE_MILLIS, "audience", audience::runRound);
    threads.scheduleLong(PRUNE_MILLIS, "upkeep", store.upkeep());
    threads.scheduleLong(PRUNE_MILLIS, "tenant-settings", refresh::retry);
    this.beans =
        new ManagedNode(sessions, store.audit(), clock)
            .register(
                identity, connections, store, push, drain, threads.scheduler, this::sinceSweep);
    this.messaging =
        new MessagingRuntime(
            settings.messaging(),
            store,
            policy,
            context,
            meters,
            threads.loops,
            relays.connectors());
    offerLocally(settings.local());
    this.outboxes =
        new OutboxRuntime(
            settings.outboxes(),
            publish,
            tenants,
            () -> sessions.suspension() != null,
            meters,
            ticker,
            clock,
            threads);
  }

  /** Lets other applications of the server publish, as the last step of the start. */
  private void offerLocally(@Nullable LocalCaller local) {
    if (local == null) {
      LOG.log(
          Level.INFO,
          "Other applications of this server have to publish over HTTP; to let them publish without"
              + " it, set "
              + LocalConfigKeys.TENANT.name());
      return;
    }
    beans.register(
        LocalPublisherMBean.class, new LocalPublisherBean(new LocalPublisher(context, local)));
    LOG.log(
        Level.INFO,
        "Other applications of this server may publish for the tenant {0} without HTTP",
        local.tenant());
  }

  /** Returns what verifies tokens, and refuses or creates tenants as configured. */
  private Authenticator served(
      Settings settings, Authenticator authenticator, TenantSettingsLookup tenants) {
    Authenticator served = new ServedTenants(controlPlane.authenticator(authenticator), tenants);
    if (!settings.createsTenants()) {
      return served;
    }
    FirstSightTenants creating =
        new FirstSightTenants(served, () -> administrations().tenants(), refresher, ticker);
    store.control().addListener(creating);
    return creating;
  }

  private static void readStoredTenants(
      Database database, LayeredTenantSettings sources, RefreshedTenantSettings tenants) {
    sources.overrideWith(new JdbcTenantSettings(database, new TenantSettingTable()));
    if (!tenants.refreshAll()) {
      throw unreadableSettings();
    }
  }

  private static IllegalStateException unreadableSettings() {
    return new IllegalStateException(
        "Cannot read the settings of tenants; see the log messages before");
  }

  private void endRefused(TenantSettingsLookup tenants) {
    int ended = sessions.endRefused(tenants);
    if (ended > 0) {
      LOG.log(Level.INFO, "Ending " + ended + " connections of tenants that are not served");
    }
  }

  private static RealtimeListener tracingListener(WallClock clock, NodeIdentity identity) {
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

  /** Returns the states of the providers of relay and push, as administrators see them. */
  private static Map<String, String> services(Store store, PushRuntime push) {
    Map<String, String> states = new TreeMap<>();
    store
        .relay()
        .status()
        .providers()
        .forEach(each -> states.put("relay:" + each.state().name(), each.breaker()));
    push.health()
        .forEach(
            each ->
                states.put(
                    "push:" + each.service(),
                    each.problem() == null ? "healthy" : each.sending() ? "degraded" : "failing"));
    return states;
  }

  /** Starts push; closes the store when that fails. */
  private PushRuntime startPush(
      Settings settings,
      TenantSettingsLookup tenants,
      NodeIdentity identity,
      Meters meters,
      WallClock clock) {
    try {
      return new PushRuntime(
          settings,
          tenants,
          OpenPushProviders.open(
              settings.pushProviders(), threads.loops.threadFactory("push-io"), ticker, clock),
          store,
          policy,
          identity.name(),
          sessions::subscribers,
          meters,
          listeners,
          ticker,
          clock,
          threads);
    } catch (RuntimeException | Error e) {
      store.close();
      throw e;
    }
  }

  /** Reads the stored apps; closes what has been opened when that fails. */
  private AppRuntime startApps(Settings settings, WallClock clock) {
    try {
      return new AppRuntime(
          store.database(), settings.apps(), settings.masterKeys(), clock, sessions, threads);
    } catch (RuntimeException | Error e) {
      push.close();
      store.close();
      throw e;
    }
  }

  /** Starts webhooks; closes what has been opened when that fails. */
  private WebhookRuntime startWebhooks(
      Settings settings, NodeIdentity identity, Meters meters, WallClock clock) {
    try {
      return new WebhookRuntime(
          settings, store, identity.name(), meters, listeners, ticker, clock, threads);
    } catch (RuntimeException | Error e) {
      push.close();
      store.close();
      throw e;
    }
  }

  private Audience audience(Settings settings, NodeIdentity identity, Hub hub) {
    return new Audience(
        identity.name(),
        store.control(),
        () -> store.nodes().nodes().stream().map(NodeInfo::name).toList(),
        hub,
        settings.apps()::countSubscriptions,
        ticker);
  }

  /** Returns who subscribes and is signed in on all nodes. */
  public Audience audience() {
    return audience;
  }

  /** Returns the use case of apps. */
  public AppAdministration appAdministration() {
    return apps.administration();
  }

  /** Returns the use case of the outboxes of applications. */
  public OutboxAdministration outboxes() {
    return outboxes.administration();
  }

  public WebhookRuntime webhooks() {
    return webhooks;
  }

  public PushRuntime push() {
    return push;
  }

  public Broker broker() {
    return store.broker();
  }

  public MemoryBudgets memory() {
    return memory;
  }

  public Policy policy() {
    return policy;
  }

  public RateLimiter limits() {
    return store.limits();
  }

  public UnauthenticatedConnections unauthenticated() {
    return unauthenticated;
  }

  public ConnectionLimiter connections() {
    return store.connections();
  }

  public TicketStore tickets() {
    return store.tickets();
  }

  public NonceStore nonces() {
    return store.nonces();
  }

  /** Returns the use cases of administrators. */
  public ControlPlane.Administrations administrations() {
    return administrations;
  }

  /** Returns what administrators explore. */
  public Explorers explorers() {
    return explorers;
  }

  /** Returns the store of members. */
  public PresenceStore presence() {
    return store.presence();
  }

  public AuditLog audit() {
    return store.audit();
  }

  public DisconnectStreams disconnect() {
    return disconnect;
  }

  public NodeRegistry nodes() {
    return store.nodes();
  }

  public RelayStatusSource relay() {
    return store.relay();
  }

  public RealtimeListener listener() {
    return listeners;
  }

  public Sessions sessions() {
    return sessions;
  }

  public SessionContext context() {
    return context;
  }

  /** Returns the comparison of this node's clock with the store's; null for a store in memory. */
  public @Nullable ClockCheck clock() {
    return store.clock();
  }

  /** Takes no part while this node's clock is too wrong: its clients resume on other nodes. */
  private void checkClock() {
    ClockCheck check = store.clock();
    if (check != null) {
      check.run(
          tooWrong -> {
            if (tooWrong) {
              sessions.suspend(
                  SuspensionReason.CLOCK, CLOCK_PROBLEM, SUSPENSION_SPREAD, threads.scheduler);
            } else {
              sessions.resume(SuspensionReason.CLOCK);
            }
          });
    }
  }

  /** Takes no part while this node alone is cut off: its clients resume on other nodes. */
  private void checkCutOff() {
    boolean now = store.nodes().isCutOff();
    if (now && !cutOff) {
      sessions.suspend(
          SuspensionReason.CUT_OFF, CUT_OFF_PROBLEM, SUSPENSION_SPREAD, threads.scheduler);
    } else if (cutOff && !now) {
      sessions.resume(SuspensionReason.CUT_OFF);
    }
    cutOff = now;
  }

  /** Returns whether this node wants its clients elsewhere: it stops, or an operator drains it. */
  public boolean isDraining() {
    return sessions.isDraining() || sessions.isSuspended(SuspensionReason.OPERATOR);
  }

  /** Returns the background loops of this node. */
  public BackgroundLoops loops() {
    return threads.loops;
  }

  /**
   * Runs a short task about once a second, as long as the node runs.
   *
   * @param name of the task in the meters
   */
  void sweepRegularly(String name, Runnable task) {
    threads.schedule(SWEEP_MILLIS, name, task);
  }

  /** Returns the time since the last sweep of the connections. */
  public Duration sinceSweep() {
    return Duration.ofNanos(ticker.readNanos() - sweptNanos);
  }

  /** Drains the connections over the configured time, then closes the store, then the threads. */
  @Override
  public void close() {
    threads.loops.markStopping();
    beans.close();
    messaging.close();
    outboxes.close();
    explorers.endEvents();
    LOG.log(Level.INFO, () -> "Draining " + sessions.size() + " connections over " + drain);
    boolean connected = sessions.size() > 0;
    sessions.drain(drain, threads.scheduler);
    long deadline = ticker.readNanos() + drain.toNanos() + LINGER_NANOS;
    while (sessions.size() > 0 && deadline - ticker.readNanos() > 0) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    if (connected) {
      LockSupport.parkNanos(CLOSE_GRACE_NANOS);
    }
    controlPlane.stopJobs();
    threads.stopReading();
    audience.close();
    securityLog.close();
    push.close();
    explorers.close();
    controlPlane.close();
    store.close(webhooks::close);
    refresher.shutdownNow();
    threads.close();
    LOG.log(Level.INFO, "Broadcasty has stopped");
  }

  private void sweep() {
    sessions.sweep();
    sweptNanos = ticker.readNanos();
  }
}
