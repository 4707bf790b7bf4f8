package io.broadcasty.app;

import io.broadcasty.audit.AuditEvent;
import io.broadcasty.audit.AuditLog;
import io.broadcasty.background.BackgroundLoops;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.Directory;
import io.broadcasty.broker.Turn;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.config.Settings;
import io.broadcasty.driver.Checkpoints;
import io.broadcasty.driver.Guard;
import io.broadcasty.driver.HttpCalls;
import io.broadcasty.driver.Provider;
import io.broadcasty.driver.Relay;
import io.broadcasty.driver.RelayListener;
import io.broadcasty.driver.RelayReport;
import io.broadcasty.driver.RelaySettings;
import io.broadcasty.driver.RelayStatus;
import io.broadcasty.driver.RelayingBroker;
import io.broadcasty.failover.Switch;
import io.broadcasty.protocol.Json;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Puts the relay to the providers that are configured before the streams, if there are any. */
final class Relays implements RelayReport {

  /** More than all providers may take together for one request, twice. */
  static final Duration LEASE = Duration.ofSeconds(15);

  private static final Logger LOG = Logger.getLogger(Relays.class.getName());
  private static final Duration KEPT_LONGER = Duration.ofDays(1);

  private final Settings settings;
  private final Guard guard;
  private final String owner;
  private final Ticker ticker;
  private final WallClock clock;
  private final BackgroundLoops loops;
  private final Executor later;
  private @Nullable Relay relay;

  /**
   * @param owner names this node in this life
   * @param later runs what may block and has time
   */
  Relays(
      Settings settings,
      Guard guard,
      String owner,
      Ticker ticker,
      WallClock clock,
      BackgroundLoops loops,
      Executor later) {
    this.settings = settings;
    this.guard = guard;
    this.owner = owner;
    this.ticker = ticker;
    this.clock = clock;
    this.loops = loops;
    this.later = later;
  }

  boolean isWanted() {
    return !settings.driver().order().isEmpty();
  }

  /** For how long a checkpoint is kept after its last use: longer than what it points to. */
  Duration kept() {
    Duration streams = settings.tenants().longestRetention();
    Duration mirror =
        settings.mirror().channels().isEmpty() ? Duration.ZERO : settings.mirror().retention();
    return (streams.compareTo(mirror) > 0 ? streams : mirror).plus(KEPT_LONGER);
  }

  /**
   * Streams that are relayed.
   *
   * @param checkpoints shared by the nodes that share the streams
   * @param directory of the streams
   * @param turn which of the nodes looks for what a node has left
   */
  Broker over(
      Broker streams, Checkpoints checkpoints, Directory directory, Turn turn, AuditLog audit) {
    Settings.Driver driver = settings.driver();
    Relay made =
        new Relay(
            new RelaySettings(
                driver.name(), driver.last(), driver.probeInterval(), driver.workers()),
            providers(driver),
            guard,
            new Audited(audit),
            streams,
            checkpoints,
            directory,
            turn,
            owner,
            ticker,
            clock);
    relay = made;
    made.start(ManagedThreads.supervised(loops, "relay"));
    LOG.info(
        () ->
            "driver "
                + driver.name()
                + ": publications are relayed to the clients of the first healthy one of "
                + driver.order());
    return new RelayingBroker(streams, made);
  }

  private List<Provider> providers(Settings.Driver driver) {
    HttpCalls calls = new HttpCalls(HttpCalls.client(driver.timeout()), driver.timeout());
    return driver.providers().stream().map(each -> each.open(calls, clock)).toList();
  }

  /** Drops what is not needed any more. May block. */
  void prune() {
    if (relay != null) {
      relay.prune();
    }
  }

  @Override
  public RelayStatus status() {
    Relay made = relay;
    return made == null
        ? RelayStatus.none(settings.driver().name(), settings.driver().last())
        : made.status();
  }

  /** Writes into the audit log what is out of the ordinary. */
  private final class Audited implements RelayListener {
    private final AuditLog audit;

    Audited(AuditLog audit) {
      this.audit = audit;
    }

    @Override
    public void onSwitch(Switch change) {
      append(
          null,
          "driver.switch",
          Json.object(
              json -> {
                json.writeStringField("node", owner);
                json.writeStringField("from", change.from());
                json.writeStringField("to", change.to());
                json.writeStringField("reason", change.reason());
              }));
    }

    @Override
    public void onRejected(TenantChannel channel, String provider, String reason) {
      append(
          channel.tenant(),
          "driver.rejected",
          Json.object(
              json -> {
                json.writeStringField("channel", channel.name().value());
                json.writeStringField("provider", provider);
                json.writeStringField("reason", reason);
              }));
    }

    private void append(@Nullable TenantId tenant, String action, String context) {
      AuditEvent event = new AuditEvent(tenant, action, null, null, context, clock.nowMillis());
      try {
        later.execute(() -> audit.append(event));
      } catch (RejectedExecutionException e) {
        LOG.log(Level.FINE, "the node is ending: the server's log has it", e);
      }
    }
  }
}
