package io.broadcasty.server;

import io.broadcasty.admin.key.ApiKeyAdministration;
import io.broadcasty.admin.key.ApiKeySnapshot;
import io.broadcasty.admin.key.ApiKeyUses;
import io.broadcasty.admin.key.KeyAuthenticator;
import io.broadcasty.admin.key.KeyStoreException;
import io.broadcasty.admin.key.jdbc.JdbcApiKeys;
import io.broadcasty.admin.key.jpa.JpaApiKeyRepository;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.KeyPermissions;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.KeyValidity;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.jpa.EntityManagers;
import io.broadcasty.server.threads.Threads;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The API keys of a node: their snapshot, and what keeps it and the database in step. */
final class ApiKeyRuntime {

  private static final System.Logger LOG = System.getLogger(ApiKeyRuntime.class.getName());
  private static final long SWEEP_MILLIS = 1000;
  private static final long RETRY_MILLIS = 2000;
  private static final long CHECK_MILLIS = 60_000;
  private static final long USES_MILLIS = 10_000;
  private static final long PRUNE_MILLIS = Duration.ofHours(1).toMillis();

  /** The time for which keys are listed that are of no use any more. */
  private static final Duration KEPT = Duration.ofDays(90);

  private final MasterKeys masterKeys;
  private final ApiKeySnapshot snapshot;
  private final ApiKeyUses uses = new ApiKeyUses();
  private final WallClock clock;

  private final KeyValidity validity =
      new KeyValidity() {
        @Override
        public long validUntilMillis(Caller caller) {
          return snapshot.validUntilMillis(caller.token(), clock.nowMillis());
        }

        @Override
        public boolean covers(String keyId, String channel, Action action) {
          return snapshot.covers(keyId, channel, action);
        }
      };

  ApiKeyRuntime(MasterKeys masterKeys, Ticker ticker, WallClock clock) {
    this.masterKeys = masterKeys;
    this.snapshot = new ApiKeySnapshot(masterKeys, ticker);
    this.clock = clock;
  }

  /**
   * Reads the keys of a database, from now on.
   *
   * @throws IllegalStateException when they cannot be read
   */
  void readFrom(Database database) {
    if (masterKeys.isEmpty()) {
      return; // none can be decrypted
    }
    snapshot.readFrom(new JdbcApiKeys(database, clock));
    if (snapshot.refreshAll() == null) {
      throw new IllegalStateException("Cannot read the API keys; see the log messages before");
    }
  }

  KeyPermissions permissions() {
    return snapshot;
  }

  /** Returns an authenticator that verifies API keys, and has another one verify tokens. */
  Authenticator authenticator(Authenticator tokens) {
    return new KeyAuthenticator(tokens, snapshot, uses, clock);
  }

  /** Returns the use case; it stores nothing without a database. */
  ApiKeyAdministration administration(@Nullable EntityManagers managers, ControlTopic topic) {
    return new ApiKeyAdministration(
        managers == null ? null : new JpaApiKeyRepository(managers), masterKeys, topic, clock);
  }

  /** Begins to follow changes. */
  void start(ControlTopic topic, Sessions sessions, Threads threads, Executor reader) {
    if (masterKeys.isEmpty()) {
      return;
    }
    SnapshotRefresh<String> refresh =
        SnapshotRefresh.ofKeys(snapshot, reader, id -> endStreams(sessions, id));
    topic.addListener(refresh);
    refresh.onMissed(); // reads what changed since readFrom
    threads.schedule(SWEEP_MILLIS, "revoked-keys", refresh::sweep);
    threads.scheduleLong(RETRY_MILLIS, "api-keys", refresh::retry);
    // a process may have ended between its change of a key and the message about it
    threads.scheduleLong(CHECK_MILLIS, "api-key-check", refresh::onMissed);
    threads.scheduleLong(USES_MILLIS, "api-key-uses", this::storeUses);
    threads.scheduleLong(PRUNE_MILLIS, "api-key-pruning", this::prune);
  }

  private void endStreams(Sessions sessions, String keyId) {
    int ended = sessions.endOfKey(keyId, validity);
    if (ended > 0) {
      LOG.log(Level.INFO, "Ending " + ended + " connections of the API key " + keyId);
    }
  }

  private void storeUses() {
    try {
      uses.flush(snapshot.source());
    } catch (KeyStoreException e) { // they are kept for the next time
      LOG.log(Level.DEBUG, "Cannot store when API keys were used", e);
    }
  }

  private void prune() {
    try {
      int deleted = snapshot.source().prune(clock.nowMillis() - KEPT.toMillis());
      LOG.log(Level.DEBUG, "Deleted {0} API keys of no use", deleted);
    } catch (KeyStoreException e) {
      LOG.log(Level.DEBUG, "Cannot delete old API keys; the task will run again", e);
    }
  }
}
