package io.broadcasty.server.stores;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.relay.Checkpoints;
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
import io.broadcasty.streams.broker.ChannelDirectory;
import io.broadcasty.streams.broker.LeaderLock;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Wraps the streams in a relay to the configured providers, if there are any. */
@ThreadSafe
public final class RelayRuntime implements RelayStatusSource {

  /**
   * The lease of a relayed channel: more than twice the time that one request to all providers may
   * take.
   */
  static final Duration LEASE = Duration.ofSeconds(15);

  private static final System.Logger LOG = System.getLogger(RelayRuntime.class.getName());
  private static final Duration EXTRA_RETENTION = Duration.ofDays(1);

  private final Settings settings;
  private final CallPolicy callPolicy;
  private final RelayListener listener;
  private final String owner;
  private final Ticker ticker;
  private final WallClock clock;
  private final BackgroundLoops loops;
  private volatile @Nullable Relay relay;

  /**
   * Creates a relay that has not started; {@link #relaying} opens the providers and starts it.
   *
   * @param listener notified of relayed publications and failures
   * @param owner names this process in leases; another one after each start
   */
  public RelayRuntime(
      Settings settings,
      CallPolicy callPolicy,
      RelayListener listener,
      String owner,
      Ticker ticker,
      WallClock clock,
      BackgroundLoops loops) {
    this.settings = settings;
    this.callPolicy = callPolicy;
    this.listener = listener;
    this.owner = owner;
    this.ticker = ticker;
    this.clock = clock;
    this.loops = loops;
  }

  boolean isConfigured() {
    return !settings.relay().order().isEmpty();
  }

  /**
   * Returns how long a checkpoint is kept after its last use: longer than the publications it
   * refers to.
   */
  Duration checkpointRetention() {
    Duration streams = settings.tenants().longestRetention();
    Duration mirror =
        settings.mirror().channels().isEmpty() ? Duration.ZERO : settings.mirror().retention();
    return (streams.compareTo(mirror) > 0 ? streams : mirror).plus(EXTRA_RETENTION);
  }

  /**
   * Returns a broker that relays the publications of these streams.
   *
   * @param checkpoints shared by the nodes that share the streams
   * @param shared the clock of the store that keeps the streams and the checkpoints
   * @param directory lists the channels of the streams
   * @param leaderLock elects the node that scans for publications another node has left unrelayed
   */
  Broker relaying(
      Broker streams,
      Checkpoints checkpoints,
      WallClock shared,
      ChannelDirectory directory,
      LeaderLock leaderLock) {
    Settings.Relay configured = settings.relay();
    Relay made =
        new Relay(
            new RelaySettings(
                configured.name(),
                configured.fallback(),
                configured.probeInterval(),
                configured.workers()),
            providers(configured),
            callPolicy,
            listener,
            streams,
            checkpoints,
            directory,
            leaderLock,
            owner,
            ticker,
            shared);
    relay = made;
    made.start(ManagedThreads.supervised(loops, "relay"));
    LOG.log(
        Level.INFO,
        () ->
            "Publications are relayed to the first healthy provider of "
                + configured.order()
                + " (broadcasty.driver="
                + configured.name()
                + ")");
    return new RelayingBroker(streams, made);
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
  }

  @Override
  public RelayStatus status() {
    Relay made = relay;
    return made == null
        ? RelayStatus.none(settings.relay().name(), settings.relay().fallback())
        : made.status();
  }
}
