package io.broadcasty.admin.policy.jpa;

import io.broadcasty.admin.policy.ChannelSettingsText;
import io.broadcasty.admin.policy.RulesText;
import io.broadcasty.admin.policy.StoredPolicy;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.tenant.TenantId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import org.jspecify.annotations.Nullable;

/** A row of {@code broadcasty_channels}. */
@Entity(name = "ChannelPolicy")
@Table(name = "broadcasty_channels")
public class PolicyEntity {

  @Id
  @Column(name = "policy_id", length = 32)
  private String id = "";

  @Column(name = "tenant_id", nullable = false, length = 64, updatable = false)
  private String tenant = "";

  @Column(name = "channels", nullable = false, length = PolicyPattern.MAX_LENGTH, updatable = false)
  private String channels = "";

  @Column(name = "shape", nullable = false, length = PolicyPattern.MAX_LENGTH, updatable = false)
  private String shape = "";

  @Column(name = "rules", nullable = false)
  private String rules = "";

  @Column(name = "settings")
  private @Nullable String settings;

  @Column(name = "created_at", nullable = false, updatable = false)
  private long createdAt;

  @Column(name = "updated_at", nullable = false)
  private long updatedAt;

  @Version
  @Column(name = "revision", nullable = false)
  private long revision;

  /** Creates an empty entity, for the provider. */
  public PolicyEntity() {}

  PolicyEntity(StoredPolicy policy) {
    this.id = policy.id();
    this.tenant = policy.tenant().value();
    this.channels = policy.channels().toString();
    this.shape = policy.channels().shape();
    this.createdAt = policy.createdAtMillis();
    change(policy);
  }

  /** Takes over what can change. */
  final void change(StoredPolicy policy) {
    rules = RulesText.write(policy.rules());
    settings = ChannelSettingsText.write(policy.settings());
    updatedAt = policy.updatedAtMillis();
  }

  long revision() {
    return revision;
  }

  StoredPolicy toPolicy() {
    return new StoredPolicy(
        id,
        new TenantId(tenant),
        PolicyPattern.parse(channels),
        RulesText.read(rules),
        ChannelSettingsText.read(settings),
        createdAt,
        updatedAt,
        revision);
  }
}
