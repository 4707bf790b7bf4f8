package io.broadcasty.presence.redis;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.presence.Member;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An operation for {@code change.lua}, and the future that completes with its result.
 *
 * @param kind see change.lua
 * @param member the member it concerns; operations that need no JSON use only the id
 * @param durationMillis the duration of a lease; 0 for other operations
 * @param result completes with the script's result; null when no caller waits
 */
record PresenceOperation(
    TenantChannel channel,
    String kind,
    Member member,
    long durationMillis,
    @Nullable CompletableFuture<Long> result) {

  /**
   * The kind of an operation that updates what this node's connections hold: whether to hold or to
   * drop is decided when it is sent.
   */
  static final String MEMBERSHIP_UPDATE = "";

  /** Returns an update of a member for which no caller waits. */
  static PresenceOperation membershipUpdate(TenantChannel channel, String memberId) {
    return new PresenceOperation(channel, MEMBERSHIP_UPDATE, new Member(memberId, ""), 0, null);
  }

  boolean isMembershipUpdate() {
    return kind.equals(MEMBERSHIP_UPDATE);
  }
}
