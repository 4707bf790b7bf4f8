package io.broadcasty.server.stores;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.messaging.ConnectorSettings;
import io.broadcasty.relay.Relay;
import io.broadcasty.relay.RelayListener;
import io.broadcasty.relay.RelaySettings;
import io.broadcasty.relay.RelayStatus;
import io.broadcasty.relay.RelayStatusSource;
import io.broadcasty.relay.RelayingBroker;
import io.broadcasty.relay.provider.CallPolicy;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.relay.provider.ProviderHttpClient;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.threads.ManagedThreads;
import io.broadcasty.streams.broker.Broker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Wraps the streams in relays to the configured providers and connectors, if there are any. */
@ThreadSafe
public final class RelayRuntime implements RelayStatusSource {

  /**
   * The lease of a relayed channel: more than twice the time that one request to all providers may
   * take.
   */
  static final Duration LEASE = Duration.ofSeconds(15);

  private static final System.Logger LOG = System.getLogger(RelayRuntime.class.getName());
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(5);
  private static final Duration EXTRA_RETENTION = Duration.ofDays(1);

  private final Settings settings;
  private final CallPolicy callPolicy;
  private final RelayListener listener;
  private final String owner;
  private final Ticker ticker;
  private final WallClock clock;
  private final BackgroundLoops loops;
  private final Function<ConnectorSettings, Provider> outgoing;
  private final Map<String, Relay> connectors = new ConcurrentHashMap<>();
  private volatile @Nullable Relay relay;

  /**
   * Creates a relay that has not started; {@link #relaying} opens the providers and starts it.
   *
   * @param listener notified of relayed publications and failures
   * @param owner names this process in leases; another one after each start
   * @param outgoing returns what sends publications to the queue or topic of a connector
   */
  public RelayRuntime(
      Settings settings,
      CallPolicy callPolicy,
      RelayListener listener,
      String owner,
      Ticker ticker,
      WallClock clock,
      BackgroundLoops loops,
      Function<ConnectorSettings, Provider> outgoing) {
    this.settings = settings;
    this.callPolicy = callPolicy;
    this.listener = listener;
    this.owner = owner;
    this.ticker = ticker;
    this.clock = clock;
    this.loops = loops;
    this.outgoing = outgoing;
  }

  /**
   * Returns how long a checkpoint is kept after its last use: longer than the publications it
   * refers to.
   */
  Duration checkpointRetention() {
    Duration streams = settings.tenants().longestRetention();
    Duration mirror = settings.canMirror() ? settings.mirror().retention() : Duration.ZERO;
    return (streams.compareTo(mirror) > 0 ? streams : mirror).plus(EXTRA_RETENTION);
  }

  /** Returns a broker that relays the publications of these streams, if anything is relayed. */
  Broker relaying(Broker streams, RelayStores stores) {
    Broker relaying = streams;
    Settings.Relay configured = settings.relay();
    if (!configured.order().isEmpty()) {
      Relay made =
          start(
              new RelaySettings(
                  configured.name(),
                  configured.fallback(),
                  configured.probeInterval(),
                  configured.workers()),
              channel -> true,
              providers(configured),
              callPolicy,
              "",
              streams,
              stores);
      relay = made;
      relaying = new RelayingBroker(relaying, made);
      LOG.log(
          Level.INFO,
          () ->
              "Publications are relayed to the first healthy provider of "
                  + configured.order()
                  + " (broadcasty.driver="
                  + configured.name()
                  + ")");
    }
    for (ConnectorSettings connector : settings.messaging()) {
      if (connector.flow() instanceof ConnectorSettings.Out out) {
        relaying = new RelayingBroker(relaying, start(connector, out, streams, stores));
      }
    }
    return relaying;
  }

  /** Starts the relay of a connector to a queue or topic. */
  private Relay start(
      ConnectorSettings connector, ConnectorSettings.Out out, Broker streams, RelayStores stores) {
    Relay made =
        start(
            new RelaySettings("messaging", settings.relay().fallback(), PROBE_INTERVAL, 1),
            channel ->
                channel.tenant().equals(connector.tenant())
                    && out.channels().stream().anyMatch(each -> each.matches(channel.name())),
            List.of(outgoing.apply(connector)),
            CallPolicy.NONE,
            connector.id(),
            streams,
            stores);
    connectors.put(connector.id(), made);
    return made;
  }

  private Relay start(
      RelaySettings relayed,
      Predicate<TenantChannel> channels,
      List<Provider> providers,
      CallPolicy policy,
      String name,
      Broker streams,
      RelayStores stores) {
    Relay made =
        new Relay(
            relayed,
            channels,
            providers,
            policy,
            listener,
            streams,
            stores.checkpoints().apply(name),
            stores.directory(),
            stores.leaderLocks().apply(name),
            owner,
            ticker,
            stores.clock());
    made.start(ManagedThreads.supervised(loops, name.isEmpty() ? "relay" : "messaging-" + name));
    return made;
  }

  /** Returns the status of each connector that sends publications to a queue or topic. */
  public Map<String, RelayStatusSource> connectors() {
    return Map.copyOf(connectors);
  }

  private List<Provider> providers(Settings.Relay configured) {
    ProviderHttpClient calls = new ProviderHttpClient(configured.timeout(), clock);
    return configured.providers().stream().map(each -> each.open(calls, clock)).toList();
  }

  /** Deletes data that is not needed any more. May block. */
  void prune() {
    if (relay != null) {
      relay.prune();
    }
    connectors.values().forEach(Relay::prune);
  }

  @Override
  public RelayStatus status() {
    Relay made = relay;
    return made == null
        ? RelayStatus.none(settings.relay().name(), settings.relay().fallback())
        : made.status();
  }
}
