package io.broadcasty.server;

import io.broadcasty.admin.policy.PolicyAdministration;
import io.broadcasty.admin.policy.PolicySnapshot;
import io.broadcasty.admin.policy.jdbc.JdbcPolicies;
import io.broadcasty.admin.policy.jpa.JpaPolicyRepository;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.rbac.ChannelSettingsLookup;
import io.broadcasty.core.rbac.StoredPolicies;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.jpa.EntityManagers;
import io.broadcasty.server.threads.Threads;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The stored policies of a node: their snapshot, and what keeps it and the database in step. */
final class PolicyRuntime {

  private static final long SWEEP_MILLIS = 1000;
  private static final long RETRY_MILLIS = 1000;
  private static final long CHECK_MILLIS = 60_000;

  private final boolean mirrors;
  private final PolicySnapshot snapshot;
  private final WallClock clock;

  /**
   * @param mirrors whether streams can be mirrored
   */
  PolicyRuntime(boolean mirrors, Ticker ticker, WallClock clock) {
    this.mirrors = mirrors;
    this.snapshot = new PolicySnapshot(ticker);
    this.clock = clock;
  }

  /**
   * Reads the policies of a database, from now on.
   *
   * @throws IllegalStateException when they cannot be read
   */
  void readFrom(Database database) {
    snapshot.readFrom(new JdbcPolicies(database));
    if (snapshot.refreshAll() == null) {
      throw new IllegalStateException("Cannot read the policies; see the log messages before");
    }
  }

  /** Returns the settings of channels that policies have. */
  ChannelSettingsLookup settings() {
    return snapshot;
  }

  StoredPolicies stored() {
    return snapshot;
  }

  /** Returns the use case; it stores nothing without a database. */
  PolicyAdministration administration(@Nullable EntityManagers managers, ControlTopic topic) {
    return new PolicyAdministration(
        managers == null ? null : new JpaPolicyRepository(managers), mirrors, topic, clock);
  }

  /** Begins to follow changes. */
  void start(ControlTopic topic, Sessions sessions, Threads threads, Executor reader) {
    SnapshotRefresh<TenantId> refresh =
        SnapshotRefresh.ofPolicies(snapshot, reader, sessions::reauthorize);
    topic.addListener(refresh);
    refresh.onMissed(); // reads what changed since readFrom
    threads.schedule(SWEEP_MILLIS, "narrowed-streams", refresh::sweep);
    threads.scheduleLong(RETRY_MILLIS, "policies", refresh::retry);
    // a process may have ended between its change of a policy and the message about it
    threads.scheduleLong(CHECK_MILLIS, "policy-check", refresh::onMissed);
  }
}
