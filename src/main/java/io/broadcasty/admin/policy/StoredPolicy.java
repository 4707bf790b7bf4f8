package io.broadcasty.admin.policy;

import io.broadcasty.core.rbac.ChannelPolicy;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.PolicyRule;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;

/**
 * A channel policy as it is stored.
 *
 * @param id 16 hexadecimal digits
 * @param channels never changes; a tenant has one policy of each shape
 * @param settings how the channels are kept and served
 * @param revision grows with each change
 */
public record StoredPolicy(
    String id,
    TenantId tenant,
    PolicyPattern channels,
    List<PolicyRule> rules,
    ChannelSettings settings,
    long createdAtMillis,
    long updatedAtMillis,
    long revision) {

  public StoredPolicy {
    rules = List.copyOf(rules);
  }

  /** Returns the policy with other rules and settings. */
  public StoredPolicy with(List<PolicyRule> newRules, ChannelSettings newSettings, long nowMillis) {
    return new StoredPolicy(
        id, tenant, channels, newRules, newSettings, createdAtMillis, nowMillis, revision);
  }

  /** Returns what is evaluated of it. */
  public ChannelPolicy evaluated() {
    return new ChannelPolicy(id, channels, rules, settings);
  }
}
