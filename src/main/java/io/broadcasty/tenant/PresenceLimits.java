package io.broadcasty.tenant;

import java.time.Duration;

/**
 * How members of presence channels are kept.
 *
 * @param ttl how long a member stays that joined over HTTP, unless it is renewed
 * @param maxMembers members of one channel at most
 * @param maxMemberBytes the longest JSON of a member, in UTF-8
 */
public record PresenceLimits(Duration ttl, int maxMembers, int maxMemberBytes) {

  public PresenceLimits {
    if (ttl.isNegative() || ttl.isZero() || maxMembers < 1 || maxMemberBytes < 1) {
      throw new IllegalArgumentException("the limits of presence are above 0");
    }
  }
}
