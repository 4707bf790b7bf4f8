package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.rbac.DefaultPolicyResolver;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingsSource;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.FakeStreamRequest;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.TestNode.FakeTransport;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.metrics.prometheus.PrometheusMeters;
import io.broadcasty.protocol.json.NativeProtocol;
import io.broadcasty.relay.provider.CallPolicy;
import io.broadcasty.server.config.ConfigMap;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.SettingsReader;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.PublishReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Opens nodes as the application does, without a server in front of them. */
final class WholeNode {

  private static final NativeProtocol PROTOCOL =
      new NativeProtocol(new CommandReader(new PublishReader()));

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(40);

  private WholeNode() {}

  /** Opens a node with the clock of this machine. */
  static Node open(Map<String, String> settings, Path data) {
    return open(settings, data, new PrometheusMeters(), WallClock.system());
  }

  /**
   * Opens a node.
   *
   * @param settings those that differ from the defaults
   * @param data its directory
   */
  static Node open(
      Map<String, String> settings, Path data, PrometheusMeters meters, WallClock clock) {
    return open(
        settings, data, token -> new Authenticator.Refused("nobody calls", false), meters, clock);
  }

  /** Opens a node whose callers are verified by an authenticator. */
  static Node open(Map<String, String> settings, Path data, Authenticator callers) {
    return open(settings, data, callers, new PrometheusMeters(), WallClock.system());
  }

  private static Node open(
      Map<String, String> settings,
      Path data,
      Authenticator callers,
      PrometheusMeters meters,
      WallClock clock) {
    ConfigMap config = minimum();
    config.texts.put("broadcasty.data-dir", data.toString());
    config.texts.put("broadcasty.drain", "0s");
    config.texts.putAll(settings);
    return new Node(
        SettingsReader.read(config),
        callers,
        new Policy(new DefaultPolicyResolver()),
        TenantSettingsSource.NONE,
        CallPolicy.NONE,
        meters,
        Ticker.system(),
        clock);
  }

  /** Returns the settings of a node for which nothing is configured. */
  static Settings defaults() {
    return SettingsReader.read(minimum());
  }

  private static ConfigMap minimum() {
    ConfigMap config = new ConfigMap();
    config.texts.put("broadcasty.jwt.public-key", "of nobody");
    return config;
  }

  /** Returns a member of the tenant {@code acme}. */
  static Caller member(String subject) {
    Instant now = Instant.now();
    return new Caller(
        new TenantId("acme"),
        subject,
        Set.of("member"),
        now,
        now.plusSeconds(600),
        Map.of(),
        "token of " + subject);
  }

  /** Returns the settings of a node that keeps everything in a database. */
  static Map<String, String> on(DatabaseSettings database) {
    return Map.of(
        "broadcasty.replay.store", "database",
        "broadcasty.db.url", database.url(),
        "broadcasty.db.user", database.user(),
        "broadcasty.db.password", String.valueOf(database.password()));
  }

  /** Waits until a condition holds, for at most 40 s. */
  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** Returns a connection to the node that has not been opened yet. */
  static MessageSession connection(Node node) {
    return PROTOCOL.accept(FakeStreamRequest.of()).open(node.context(), new FakeTransport());
  }
}
