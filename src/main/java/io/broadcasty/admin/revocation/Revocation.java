package io.broadcasty.admin.revocation;

import io.broadcasty.core.auth.Caller;

/**
 * A revocation as it is stored.
 *
 * @param issuedBeforeMillis concerns tokens issued in this second or earlier; 0 for a single token
 *     or a sign-in, which is revoked whenever its tokens were issued
 * @param expiresAtMillis from when on the revocation has no effect, because the tokens have expired
 * @param revision grows with each change
 */
public record Revocation(
    RevocationTarget target,
    long issuedBeforeMillis,
    long expiresAtMillis,
    long createdAtMillis,
    long updatedAtMillis,
    long revision) {

  /** Returns the id, which follows from the target. */
  public String id() {
    return target.id();
  }

  /**
   * Returns whether a caller of the target has a token that is revoked. Tokens say in whole seconds
   * when they were issued, so one of the revocation's own second is revoked too: it may have been
   * issued before. A token that does not say it counts as issued before everything.
   */
  boolean concerns(Caller caller, long nowMillis) {
    return nowMillis < expiresAtMillis
        && (!target.kind().hasTime()
            || caller.issuedAt().getEpochSecond() <= Math.floorDiv(issuedBeforeMillis, 1000L));
  }

  /** Returns the revocation of what either this or another one of the same target revokes. */
  Revocation with(Revocation other) {
    return new Revocation(
        target,
        Math.max(issuedBeforeMillis, other.issuedBeforeMillis),
        Math.max(expiresAtMillis, other.expiresAtMillis),
        createdAtMillis,
        Math.max(updatedAtMillis, other.updatedAtMillis),
        revision);
  }
}
