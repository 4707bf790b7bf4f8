package io.broadcasty.admin.policy;

import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.PolicyRule;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Policies for tests. */
public final class TestPolicies {

  public static final TenantId ACME = new TenantId("acme");

  private TestPolicies() {}

  /** Returns a rule that allows an operation to a role. */
  public static PolicyRule rule(ChannelOperation operation, String role) {
    return new PolicyRule(Set.of(operation), Set.of(role), Set.of(), Map.of(), true);
  }

  /** Returns a policy that lets members subscribe. */
  public static StoredPolicy policy(String id, String tenant, String channels) {
    return new StoredPolicy(
        id,
        new TenantId(tenant),
        PolicyPattern.parse(channels),
        List.of(rule(ChannelOperation.SUBSCRIBE, "member")),
        ChannelSettings.NONE,
        1000,
        1000,
        0);
  }
}
