package io.broadcasty.server.health;

import io.broadcasty.admin.NodeHealth;
import io.broadcasty.cluster.clock.ClockCheck;
import io.broadcasty.core.auth.jwt.KeyCondition;
import io.broadcasty.core.background.LoopCondition;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.sending.PushServiceHealth;
import io.broadcasty.relay.RelayStatus;
import io.broadcasty.server.Node;
import io.broadcasty.server.Startup;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.SettingsWarning;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.StoreCondition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Examines this node: started, ready and live.
 *
 * <ul>
 *   <li>Started: the node runs.
 *   <li>Ready: the node accepts connections, its clock is about right, and its store can be read. A
 *       store that can be read but rejects publications leaves the node ready and is reported in
 *       the data: all nodes share the store, so no other node would do better, and subscribers are
 *       still served. The same holds for a push service that rejects notifications, and for an
 *       issuer whose keys cannot be fetched.
 *   <li>Live: the scheduler and the background threads run.
 * </ul>
 */
public final class NodeChecks implements NodeHealth {

  private static final Duration MAX_SWEEP_AGE = Duration.ofSeconds(30);
  private static final TenantId PROBE_TENANT = new TenantId("health");
  private static final String READY = "broadcasty-ready";
  private static final String LIVE = "broadcasty-live";

  private final Startup startup;

  public NodeChecks(Startup startup) {
    this.startup = startup;
  }

  @Override
  public List<Check> checks() {
    return List.of(started(), ready(), live());
  }

  Check started() {
    return new Check("broadcasty-started", startup.isStarted(), Map.of());
  }

  Check ready() {
    if (!startup.isStarted()) {
      return new Check(READY, false, Map.of());
    }
    Node node = startup.node();
    boolean draining = node.isDraining();
    StoreCondition store = store(node.broker());
    Map<String, Object> data = new HashMap<>();
    data.put("draining", draining);
    data.put("store", store.state().wireName());
    data.put("driver", driverState(node.relay().status()));
    data.put("connections", (long) node.sessions().size());
    if (!store.reason().isEmpty()) {
      data.put("reason", store.reason());
    }
    String warnings = warnings(startup.settings());
    if (!warnings.isEmpty()) {
      data.put("warnings", warnings);
    }
    for (PushServiceHealth push : node.push().health()) {
      String trouble = push.problem();
      data.put("push-" + push.service().name(), trouble == null ? "up" : "degraded: " + trouble);
    }
    addIssuers(data, startup.issuers().conditions());
    startup
        .issuers()
        .introspections()
        .forEach((name, condition) -> data.put("introspection-" + name, condition));
    ClockCheck clock = node.clock();
    if (clock != null) {
      data.put("clock-skew-ms", clock.skewMillis());
      if (!clock.problem().isEmpty()) {
        data.put("clock", clock.problem());
      }
    }
    boolean cutOff = node.nodes().isCutOff();
    if (cutOff) {
      data.put("cut-off", "this node cannot reach Redis, while other nodes can");
    }
    boolean ready = !draining && !cutOff && (clock == null || !clock.isTooWrong());
    return new Check(READY, ready && store.state() != StoreCondition.State.DOWN, data);
  }

  static void addIssuers(Map<String, Object> data, Map<String, KeyCondition> issuers) {
    issuers.forEach((name, condition) -> data.put("issuer-" + name, condition.text()));
  }

  Check live() {
    if (!startup.isStarted()) {
      return new Check(LIVE, true, Map.of());
    }
    Node node = startup.node();
    return live(node.sinceSweep(), node.loops().conditions());
  }

  /**
   * Reports live while the scheduler runs, every background loop has a thread, and none of them
   * keeps failing with an {@link Error}. A loop that was restarted after an Error is reported in
   * the data.
   */
  static Check live(Duration sinceSweep, List<LoopCondition> loops) {
    boolean live = sinceSweep.compareTo(MAX_SWEEP_AGE) < 0;
    Map<String, Object> data = new HashMap<>();
    for (LoopCondition loop : loops) {
      live &= !loop.needsProcessRestart();
      if (!loop.running()) {
        data.put("loop-" + loop.name(), "has no thread and cannot be restarted");
      } else if (loop.restarts() > 0) {
        data.put(
            "loop-" + loop.name(),
            "restarted after an Error "
                + loop.restarts()
                + " times, "
                + loop.recentRestarts()
                + " of them recently");
      }
    }
    return new Check(LIVE, live, data);
  }

  /** Returns the keys of the settings that the log of the start warns about. */
  static String warnings(Settings settings) {
    return String.join(
        ", ", SettingsWarning.of(settings).stream().map(SettingsWarning::key).toList());
  }

  /** Returns the store's condition, after an attempt to read from the store. */
  static StoreCondition store(Broker broker) {
    try {
      broker.channels(PROBE_TENANT, new ChannelPattern(""), 1);
      return broker.condition();
    } catch (BrokerException e) {
      StoreCondition known = broker.condition();
      if (known.state() == StoreCondition.State.QUEUEING) {
        return known;
      }
      return new StoreCondition(
          StoreCondition.State.DOWN,
          known.reason().isEmpty() ? String.valueOf(e.getMessage()) : known.reason());
    }
  }

  /**
   * Returns the name of the active provider, or {@code degraded}. Clients are served even when the
   * active provider is not the preferred one, or when there is none, so the node stays ready.
   */
  private static String driverState(RelayStatus relay) {
    return relay.degraded() ? "degraded" : relay.active();
  }
}
