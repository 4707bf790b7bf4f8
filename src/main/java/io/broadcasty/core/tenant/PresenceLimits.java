package io.broadcasty.core.tenant;

import java.time.Duration;

/**
 * Limits of presence channels.
 *
 * @param ttl how long a member stays that joined over HTTP, unless it is renewed
 * @param maxMembers the maximum number of members of a channel
 * @param maxMemberBytes the maximum size of a member's JSON, in UTF-8
 */
public record PresenceLimits(Duration ttl, int maxMembers, int maxMemberBytes) {

  public PresenceLimits {
    if (ttl.isNegative() || ttl.isZero() || maxMembers < 1 || maxMemberBytes < 1) {
      throw new IllegalArgumentException("presence limits must be above 0");
    }
  }
}
