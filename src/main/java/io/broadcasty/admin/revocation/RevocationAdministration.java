package io.broadcasty.admin.revocation;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Revokes tokens, lists revocations and lifts them. A change is stored first; then all nodes are
 * notified, and apply it within a second. Who may do what is decided by the caller of this class.
 *
 * <p>A revoked user's devices get no notifications either, until they are registered again with a
 * valid token.
 */
@ThreadSafe
public final class RevocationAdministration {

  private static final System.Logger LOG =
      System.getLogger(RevocationAdministration.class.getName());
  private static final int ATTEMPTS = 5;

  /** The most revocations of a tenant; every node holds them in memory, about 350 bytes each. */
  public static final int MAX_OF_TENANT = 20_000;

  /** The most revocations of all tenants. A whole tenant can be revoked beyond both. */
  public static final int MAX = 100_000;

  /** The largest page. */
  public static final int MAX_PAGE = 1000;

  /** How far ahead {@code issuedBefore} may be, for issuers whose clock is ahead. */
  public static final Duration MAX_AHEAD = Duration.ofHours(1);

  /** The longest time for which a revocation can be kept. */
  public static final Duration MAX_KEPT = Duration.ofDays(3660);

  private final @Nullable RevocationRepository stored;
  private final Duration kept;
  private final ControlTopic topic;
  private final UserDevices devices;
  private final WallClock clock;

  /**
   * Creates the use case.
   *
   * @param stored the revocations; null where none are stored
   * @param kept for how long tokens issued by now can be valid
   * @param devices those of users, which get nothing any more
   */
  public RevocationAdministration(
      @Nullable RevocationRepository stored,
      Duration kept,
      ControlTopic topic,
      UserDevices devices,
      WallClock clock) {
    this.stored = stored;
    this.kept = kept;
    this.topic = topic;
    this.devices = devices;
    this.clock = clock;
  }

  /**
   * Revokes tokens and ends their streams. A target that is revoked already is revoked for what
   * either request says, and the nodes are notified again.
   *
   * @param issuedBefore revokes tokens that were issued in this second or before; null for now.
   *     Without meaning for a single token or a sign-in
   * @param expiresAt from when on the revocation may be forgotten; null for when the tokens must
   *     have expired
   */
  public RevocationOutcome revoke(
      RevocationTarget target, @Nullable Instant issuedBefore, @Nullable Instant expiresAt) {
    Instant now = clock.now();
    Instant before = issuedBefore == null ? now : issuedBefore;
    if (before.isAfter(now.plus(MAX_AHEAD)) || before.isBefore(Instant.EPOCH)) {
      return new RevocationOutcome.Invalid(
          "`issuedBefore` must be a time since 1970, and at most an hour ahead");
    }
    Instant latest = before.isAfter(now) ? before : now;
    Instant end = expiresAt == null ? latest.plus(kept) : expiresAt;
    if (!end.isAfter(now) || end.isAfter(now.plus(MAX_KEPT))) {
      return new RevocationOutcome.Invalid(
          "`expiresAt` must be in the future, and at most ten years ahead");
    }
    Revocation wanted =
        new Revocation(
            target,
            target.kind().hasTime() ? before.toEpochMilli() : 0,
            end.toEpochMilli(),
            now.toEpochMilli(),
            now.toEpochMilli(),
            0);
    return call(revocations -> revoke(revocations, wanted));
  }

  private RevocationOutcome revoke(RevocationRepository revocations, Revocation wanted) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Revocation found = revocations.find(wanted.id());
      if (found == null && isFull(revocations, wanted.target())) {
        return new RevocationOutcome.Invalid(
            "there are as many revocations as can be held ("
                + MAX_OF_TENANT
                + " of a tenant, "
                + MAX
                + " of all); revoke the whole tenant, lift some, or wait until some expire");
      }
      Revocation changed =
          found == null ? revocations.insert(wanted) : revocations.replace(found.with(wanted));
      if (changed != null) {
        long number = topic.publish(message(changed));
        LOG.log(Level.INFO, "Revoked {0}; control message {1}", changed.target(), number);
        removeDevices(changed.target());
        return new RevocationOutcome.Revoked(changed, found == null);
      }
    }
    return new RevocationOutcome.Conflict();
  }

  private static boolean isFull(RevocationRepository revocations, RevocationTarget target) {
    return target.kind() != RevocationTarget.Kind.TENANT
        && (revocations.count(target.tenant()) >= MAX_OF_TENANT || revocations.count(null) >= MAX);
  }

  private void removeDevices(RevocationTarget target) {
    if (target.kind() == RevocationTarget.Kind.USER) {
      int removed = devices.removeAll(target.tenant(), target.name());
      LOG.log(Level.DEBUG, "Removed {0} devices of {1}", removed, target);
    }
  }

  private static ControlMessage.Revoked message(Revocation revocation) {
    RevocationTarget target = revocation.target();
    return new ControlMessage.Revoked(
        target.tenant(),
        target.kind().wireName(),
        target.name(),
        revocation.issuedBeforeMillis(),
        revocation.expiresAtMillis());
  }

  /**
   * Returns the revocation that a message announces; null for one of a kind that only later
   * releases know.
   */
  public static @Nullable Revocation announced(ControlMessage.Revoked message, long nowMillis) {
    RevocationTarget.Kind kind = RevocationTarget.Kind.fromWireName(message.target());
    return kind == null
        ? null
        : new Revocation(
            new RevocationTarget(message.tenant(), kind, message.name()),
            message.issuedBeforeMillis(),
            message.expiresAtMillis(),
            nowMillis,
            nowMillis,
            0);
  }

  /**
   * Returns a revocation.
   *
   * @param tenant whose it must be; null for any
   */
  public RevocationOutcome find(@Nullable TenantId tenant, String id) {
    return call(
        revocations -> {
          Revocation found = find(revocations, tenant, id);
          return found == null
              ? new RevocationOutcome.Missing()
              : new RevocationOutcome.Found(found);
        });
  }

  /**
   * Returns a tenant's revocations in the order of their ids.
   *
   * @param after begins behind this id; empty for the first
   * @param limit 1 to {@link #MAX_PAGE}
   */
  public RevocationOutcome list(TenantId tenant, String after, int limit) {
    return call(
        revocations -> {
          List<Revocation> found = revocations.list(tenant, after, limit + 1);
          return found.size() > limit
              ? new RevocationOutcome.Page(found.subList(0, limit), true)
              : new RevocationOutcome.Page(found, false);
        });
  }

  /**
   * Deletes a revocation: tokens that have not expired are valid again.
   *
   * @param tenant whose it must be; null for any
   */
  public RevocationOutcome lift(@Nullable TenantId tenant, String id) {
    return call(
        revocations -> {
          Revocation found = find(revocations, tenant, id);
          if (found == null || !revocations.delete(id)) {
            return new RevocationOutcome.Missing();
          }
          RevocationTarget target = found.target();
          long number =
              topic.publish(
                  new ControlMessage.RevocationLifted(
                      target.tenant(), target.kind().wireName(), target.name()));
          LOG.log(Level.INFO, "Lifted the revocation of {0}; control message {1}", target, number);
          return new RevocationOutcome.Lifted(target.tenant());
        });
  }

  private static @Nullable Revocation find(
      RevocationRepository revocations, @Nullable TenantId tenant, String id) {
    Revocation found = RevocationTarget.isId(id) ? revocations.find(id) : null;
    return found == null || (tenant != null && !tenant.equals(found.target().tenant()))
        ? null
        : found;
  }

  private RevocationOutcome call(Function<RevocationRepository, RevocationOutcome> work) {
    RevocationRepository revocations = stored;
    if (revocations == null) {
      return new RevocationOutcome.Off(
          "revocations are stored in a relational database, and this node uses none; see"
              + " `broadcasty.replay.store` and `broadcasty.mirror.channels`");
    }
    try {
      return work.apply(revocations);
    } catch (RevocationStoreException e) {
      LOG.log(Level.WARNING, "Revocations cannot be read or changed", e);
      return new RevocationOutcome.Unavailable(
          "the store of revocations cannot be reached now; retry");
    } catch (ControlException e) {
      LOG.log(Level.WARNING, "A revocation has changed, and the nodes cannot be notified", e);
      return new RevocationOutcome.Unavailable(
          "the change is stored, and it is unknown whether all nodes apply it at once; repeat the"
              + " request");
    }
  }
}
