package io.broadcasty.server;

import io.broadcasty.core.auth.jwt.CachingAuthenticator;
import io.broadcasty.core.auth.jwt.Issuers;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.config.ConfigSource;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.rbac.CallbackCounts;
import io.broadcasty.core.rbac.DefaultPolicyResolver;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.rbac.PolicyResolver;
import io.broadcasty.core.rbac.callback.CallbackPolicyResolver;
import io.broadcasty.core.rbac.callback.CallbackSettings;
import io.broadcasty.core.tenant.TenantSettingsSource;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.metrics.Exposition;
import io.broadcasty.metrics.Meters;
import io.broadcasty.metrics.microprofile.ServerRegistry;
import io.broadcasty.metrics.prometheus.PrometheusMeters;
import io.broadcasty.observability.meters.CallbackMeters;
import io.broadcasty.observability.meters.OutputMeters;
import io.broadcasty.server.config.ConfigKeys;
import io.broadcasty.server.config.InvalidConfigurationException;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.SettingsReader;
import io.broadcasty.server.config.SettingsWarning;
import io.broadcasty.server.dev.DevMode;
import io.broadcasty.server.provider.FaultToleranceCallPolicy;
import io.broadcasty.server.provider.ProviderCalls;
import io.broadcasty.transport.body.RequestBodies;
import io.broadcasty.transport.container.ClientConnection;
import io.broadcasty.transport.container.ClientSocketFinder;
import io.broadcasty.transport.container.DisconnectDetector;
import io.broadcasty.transport.container.StreamOutputSelector;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Starts the node with the configuration and logs the settings in force. A fault in the
 * configuration aborts the start. {@link ApplicationLifecycle} calls it.
 */
@ApplicationScoped
public class Startup {

  private static final System.Logger LOG = System.getLogger(Startup.class.getName());

  /** The time after which the server's threads have left a request whose body came late. */
  private static final long SETTLED_MILLIS = 200;

  @Inject private Config config;
  @Inject @Any private Instance<PolicyResolver> resolvers;
  @Inject @Any private Instance<TenantSettingsSource> settingsSources;
  @Inject private ProviderCalls providerCalls;
  @Inject @Any private Instance<Object> beans;

  private volatile @Nullable Settings settings;
  private volatile @Nullable Node node;
  private volatile @Nullable DevMode devMode;
  private volatile @Nullable Issuers issuers;
  private volatile @Nullable StreamOutputSelector outputs;
  private volatile @Nullable ClientConnection connections;
  private volatile @Nullable DisconnectDetector disconnects;
  private volatile @Nullable RequestBodies bodies;
  private volatile @Nullable Exposition exposition;
  private @Nullable Meters meters;
  private @Nullable StopSignals signals;
  private @Nullable Thread shutdownHook;
  private boolean stopped;

  /**
   * Reads the configuration and starts the node.
   *
   * @param serverInfo the server's name and version
   * @throws InvalidConfigurationException when the configuration is invalid
   */
  synchronized void start(String serverInfo) {
    Settings read = SettingsReader.read(configuration());
    WallClock clock = WallClock.system();
    Ticker ticker = Ticker.system();
    DevMode dev = read.development() ? DevMode.start(read, clock) : null;
    Issuers tokens = issuers(read, dev, ticker, clock);
    Meters shown = meters(read);
    CallbackCounts callbacks = new CallbackCounts();
    try {
      node =
          new Node(
              read,
              new CachingAuthenticator(tokens, read.jwt().cacheDuration(), ticker, clock),
              policy(read, callbacks, ticker, clock),
              tenantSettings(),
              new FaultToleranceCallPolicy(providerCalls),
              shown,
              ticker,
              clock);
    } catch (RuntimeException | Error e) {
      shown.close();
      throw e;
    }
    StreamOutputSelector streams = new StreamOutputSelector(read.internals(), serverInfo);
    ClientSocketFinder sockets = new ClientSocketFinder(read.internals(), serverInfo);
    RequestBodies incoming =
        new RequestBodies(
            read.edge().bodies(),
            node.memory().of(MemoryArea.INBOUND),
            ticker,
            node.context().closers(),
            CompletableFuture.delayedExecutor(
                SETTLED_MILLIS, TimeUnit.MILLISECONDS, node.context().closers()),
            sockets);
    node.sweepRegularly("request-bodies", incoming::sweep);
    bodies = incoming;
    issuers = tokens;
    node.loops().start("issuer-keys", tokens::refreshRound);
    DisconnectDetector detector = new DisconnectDetector(sockets);
    node.loops().start("disconnects", detector::poll);
    shown.addAll(CallbackMeters.of(callbacks));
    shown.addAll(OutputMeters.of(streams, detector::watchedCount));
    outputs = streams;
    connections = sockets;
    disconnects = detector;
    meters = shown;
    settings = read;
    devMode = dev;
    drainOnSignal();
    logSettings(read, node);
    if (dev != null) {
      dev.announce(ticker);
    }
  }

  /** Drains and stops the node; a second call waits for the first and does nothing. */
  synchronized void stop() {
    Node running = node;
    if (running != null && !stopped) {
      stopped = true; // keeps the node, which still answers late requests
      if (devMode != null) {
        devMode.close();
      }
      if (issuers != null) {
        issuers.close();
      }
      try {
        running.close();
      } finally {
        close(disconnects);
      }
      if (meters != null) {
        meters.close();
      }
    }
  }

  private static void close(@Nullable DisconnectDetector detector) {
    if (detector != null) {
      try {
        detector.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "Cannot close the disconnect detector", e);
      }
    }
  }

  /**
   * Removes the signal handlers and the shutdown hook, so that a JVM that outlives the application
   * does not retain it.
   */
  synchronized void removeSignalHandlers() {
    if (signals != null) {
      signals.close();
      signals = null;
    }
    if (shutdownHook != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(shutdownHook);
      } catch (IllegalStateException e) {
        LOG.log(Level.DEBUG, "The JVM is already shutting down", e);
      }
      shutdownHook = null;
    }
  }

  /**
   * Drains the node when the process is told to stop. The drain has to precede the closing of
   * connections, which the server does early in its own shutdown hook. A JVM that ends without a
   * signal drains at the same time as the server stops.
   */
  private void drainOnSignal() {
    signals = StopSignals.install(this::stop);
    Thread hook = new Thread(this::stop, "broadcasty-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    shutdownHook = hook;
  }

  public Node node() {
    return started(node);
  }

  /** Returns the configuration, also before the start. */
  ConfigSource configuration() {
    return new MicroProfileSource(config);
  }

  public boolean isStarted() {
    return node != null;
  }

  public Settings settings() {
    return started(settings);
  }

  public ClientConnection connections() {
    return started(connections);
  }

  public StreamOutputSelector outputs() {
    return started(outputs);
  }

  public DisconnectDetector disconnects() {
    return started(disconnects);
  }

  public RequestBodies bodies() {
    return started(bodies);
  }

  public Exposition exposition() {
    return started(exposition);
  }

  public Issuers issuers() {
    return started(issuers);
  }

  /** Returns development mode; null when it is off. */
  @Nullable
  public DevMode devMode() {
    return devMode;
  }

  /**
   * Returns a registry for the Prometheus endpoint and, where the server has one, its own registry.
   */
  private Meters meters(Settings settings) {
    PrometheusMeters own = new PrometheusMeters();
    exposition = own;
    List<Meters> all = new ArrayList<>(List.of(own));
    if (settings.serverMetrics()) {
      ServerRegistry.meters(beans).ifPresent(all::add);
    }
    return Meters.all(all);
  }

  /** Returns what verifies tokens; only the issuers with keys count. */
  private static Issuers issuers(
      Settings settings, @Nullable DevMode dev, Ticker ticker, WallClock clock) {
    JwtSettings jwt = dev == null ? settings.jwt() : dev.jwt();
    try {
      Issuers made = new Issuers(jwt.hasKeys() ? jwt : null, settings.issuers(), clock, ticker);
      made.describe().forEach(line -> LOG.log(Level.INFO, () -> "Accepting " + line));
      return made;
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationException(
          List.of(
              "the token keys ("
                  + ConfigKeys.JWT_PUBLIC_KEY.name()
                  + ", "
                  + ConfigKeys.JWT_JWKS_URL.name()
                  + " or broadcasty.issuers): "
                  + e.getMessage()));
    }
  }

  /**
   * Returns the policy from a CDI bean, otherwise from a service of a JAR, otherwise that of the
   * back end that is asked, otherwise the default.
   */
  private Policy policy(Settings read, CallbackCounts callbacks, Ticker ticker, WallClock clock) {
    PolicyResolver resolver = new DefaultPolicyResolver();
    if (resolvers.isResolvable()) {
      resolver = resolvers.get();
    } else if (resolvers.isAmbiguous()) {
      throw new InvalidConfigurationException(
          List.of("there are several CDI beans of type PolicyResolver; keep one"));
    } else {
      resolver =
          ServiceLoader.load(PolicyResolver.class, Startup.class.getClassLoader())
              .findFirst()
              .orElse(resolver);
    }
    CallbackSettings callback = read.policyCallback();
    if (callback != null && !(resolver instanceof DefaultPolicyResolver)) {
      throw new InvalidConfigurationException(
          List.of(
              "there is a PolicyResolver, "
                  + resolver.getClass().getName()
                  + ", and a back end that decides (broadcasty.policy.callback.url); keep one"));
    }
    if (callback != null) {
      resolver = new CallbackPolicyResolver(callback, callbacks, ticker, clock);
    }
    LOG.log(Level.INFO, "channel policy: {0}", resolver.getClass().getName());
    return new Policy(resolver, read.stampsSender());
  }

  /**
   * Returns the tenant settings source from a CDI bean, otherwise from a service of a JAR,
   * otherwise none.
   */
  private TenantSettingsSource tenantSettings() {
    if (settingsSources.isAmbiguous()) {
      throw new InvalidConfigurationException(
          List.of("there are several CDI beans of type TenantSettingsSource; keep one"));
    }
    if (settingsSources.isResolvable()) {
      return settingsSources.get();
    }
    return ServiceLoader.load(TenantSettingsSource.class, Startup.class.getClassLoader())
        .findFirst()
        .orElse(TenantSettingsSource.NONE);
  }

  private static void logSettings(Settings settings, Node node) {
    LOG.log(Level.INFO, () -> "durability: " + node.broker().durability());
    LOG.log(
        Level.INFO,
        () ->
            "retention: "
                + settings.tenants().defaults().retention().age()
                + ", "
                + settings.tenants().defaults().retention().maxCount()
                + " publications or "
                + settings.tenants().defaults().retention().maxBytes()
                + " bytes a channel");
    if (!settings.tenants().own().isEmpty()) {
      LOG.log(
          Level.INFO,
          () -> "tenants with settings of their own: " + settings.tenants().own().keySet());
    }
    settings.notices().forEach(notice -> LOG.log(Level.WARNING, notice));
    for (SettingsWarning warning : SettingsWarning.of(settings)) {
      LOG.log(Level.WARNING, warning.text());
    }
    LOG.log(Level.INFO, () -> "data folder: " + Path.of(settings.dataDir()).toAbsolutePath());
  }

  private static <T> T started(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("Broadcasty has not started");
    }
    return part;
  }
}
