package io.broadcasty.server;

import io.broadcasty.admin.revocation.RevocationAdministration;
import io.broadcasty.admin.revocation.RevocationSnapshot;
import io.broadcasty.admin.revocation.RevocationSource;
import io.broadcasty.admin.revocation.RevocationStoreException;
import io.broadcasty.admin.revocation.RevocationTarget;
import io.broadcasty.admin.revocation.UnrevokedTokens;
import io.broadcasty.admin.revocation.UserDevices;
import io.broadcasty.admin.revocation.jdbc.JdbcRevocations;
import io.broadcasty.admin.revocation.jpa.JpaRevocationRepository;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.jpa.EntityManagers;
import io.broadcasty.server.threads.Threads;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The revocations of a node: their snapshot, and what keeps it and the database in step. */
final class RevocationRuntime {

  private static final System.Logger LOG = System.getLogger(RevocationRuntime.class.getName());
  private static final long SWEEP_MILLIS = 1000;
  private static final long RETRY_MILLIS = 2000;
  private static final long CHECK_MILLIS = 60_000;
  private static final long PRUNE_MILLIS = Duration.ofHours(1).toMillis();

  /** For how long revocations are kept when tokens may live for any time. */
  private static final Duration UNLIMITED_LIFE = Duration.ofDays(365);

  /** Beyond the skew, which concerns both the start and the end of a token's life. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private final Duration kept;
  private final RevocationSnapshot snapshot;
  private final WallClock clock;

  /**
   * Creates it without revocations.
   *
   * @param tokens how tokens are verified, of every issuer
   */
  RevocationRuntime(List<JwtSettings> tokens, WallClock clock) {
    this.kept = kept(tokens);
    this.snapshot = new RevocationSnapshot(clock);
    this.clock = clock;
  }

  /** Returns after what time every token that is valid now has expired. */
  static Duration kept(List<JwtSettings> tokens) {
    Duration longest = Duration.ZERO;
    for (JwtSettings each : tokens) {
      Duration life = each.maxLife() == null ? UNLIMITED_LIFE : each.maxLife();
      Duration end = life.plus(each.skew().multipliedBy(2)).plus(MARGIN);
      longest = end.compareTo(longest) > 0 ? end : longest;
    }
    return longest;
  }

  /**
   * Reads the revocations of a database, from now on.
   *
   * @throws IllegalStateException when they cannot be read, since revoked tokens would be accepted
   */
  void readFrom(Database database) {
    snapshot.readFrom(new JdbcRevocations(database));
    if (snapshot.refreshAll() == null) {
      throw new IllegalStateException("Cannot read the revocations; see the log messages before");
    }
  }

  /** Returns an authenticator that refuses tokens which another one accepts, and are revoked. */
  Authenticator authenticator(Authenticator tokens) {
    return new UnrevokedTokens(tokens, snapshot);
  }

  /** Returns the use case; it stores nothing without a database. */
  RevocationAdministration administration(
      @Nullable EntityManagers managers, ControlTopic topic, UserDevices devices) {
    return new RevocationAdministration(
        managers == null ? null : new JpaRevocationRepository(managers),
        kept,
        topic,
        devices,
        clock);
  }

  /** Begins to follow changes. */
  void start(ControlTopic topic, Sessions sessions, Threads threads, Executor reader) {
    if (snapshot.source() == RevocationSource.NONE) {
      return;
    }
    RevocationRefresh refresh =
        new RevocationRefresh(snapshot, reader, clock, target -> endStreams(sessions, target));
    topic.addListener(refresh);
    refresh.onMissed(); // reads what changed since readFrom
    threads.schedule(SWEEP_MILLIS, "revoked-tokens", refresh::sweep);
    threads.scheduleLong(RETRY_MILLIS, "revocations", refresh::retry);
    // a process may have ended between its change of a revocation and the message about it
    threads.scheduleLong(CHECK_MILLIS, "revocation-check", refresh::onMissed);
    threads.scheduleLong(PRUNE_MILLIS, "revocation-pruning", this::prune);
  }

  private void endStreams(Sessions sessions, RevocationTarget target) {
    int ended =
        target.kind() == RevocationTarget.Kind.SIGN_IN
            ? sessions.endRevokedSignIn(target.tenant(), target.name(), snapshot::isRevoked)
            : sessions.endRevoked(
                target.tenant(),
                target.kind() == RevocationTarget.Kind.USER ? target.name() : null,
                target.kind() == RevocationTarget.Kind.TOKEN ? target.name() : null,
                snapshot::isRevoked);
    if (ended > 0) {
      LOG.log(Level.INFO, "Ending " + ended + " connections with revoked tokens: " + target);
    }
  }

  private void prune() {
    try {
      int deleted = snapshot.source().prune(clock.nowMillis());
      LOG.log(Level.DEBUG, "Deleted {0} expired revocations", deleted);
    } catch (RevocationStoreException e) {
      LOG.log(Level.DEBUG, "Cannot delete expired revocations; the task will run again", e);
    }
  }
}
