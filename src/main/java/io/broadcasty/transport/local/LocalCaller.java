package io.broadcasty.transport.local;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * Who the other applications of this server are when they publish.
 *
 * @param tenant whose channels they publish to
 * @param subject the sender of their publications, whose limits they share
 * @param roles what the policy decides by
 */
public record LocalCaller(TenantId tenant, String subject, Set<String> roles) {

  public LocalCaller {
    roles = Set.copyOf(roles);
  }

  /** Returns the caller, who has no token and never expires. */
  Caller caller(WallClock clock) {
    return new Caller(
        tenant,
        subject,
        roles,
        Instant.ofEpochMilli(clock.nowMillis()),
        Instant.MAX,
        Map.of(),
        "local");
  }
}
