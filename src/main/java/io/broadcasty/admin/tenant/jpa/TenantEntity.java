package io.broadcasty.admin.tenant.jpa;

import io.broadcasty.admin.tenant.Tenant;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantState;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.util.Map;

/** A row of {@code broadcasty_tenants}. */
@Entity(name = "Tenant")
@Table(name = "broadcasty_tenants")
public class TenantEntity {

  @Id
  @Column(name = "tenant_id", length = 64)
  private String id = "";

  @Column(name = "name", nullable = false, length = Tenant.MAX_NAME)
  private String name = "";

  @Column(name = "state", nullable = false, length = 16)
  private String state = TenantState.ACTIVE.wireName();

  @Convert(converter = SettingsConverter.class)
  @Column(name = "settings", nullable = false)
  private Map<String, String> settings = Map.of();

  @Column(name = "created_at", nullable = false, updatable = false)
  private long createdAt;

  @Column(name = "updated_at", nullable = false)
  private long updatedAt;

  @Version
  @Column(name = "revision", nullable = false)
  private long revision;

  /** Creates an empty entity, for the provider. */
  public TenantEntity() {}

  TenantEntity(Tenant tenant) {
    this.id = tenant.id().value();
    this.createdAt = tenant.createdAtMillis();
    change(tenant);
  }

  /** Takes over what can change. */
  final void change(Tenant tenant) {
    name = tenant.name();
    state = tenant.state().wireName();
    settings = tenant.settings();
    updatedAt = tenant.updatedAtMillis();
  }

  long revision() {
    return revision;
  }

  /** Returns the tenant; one whose state this release does not know is suspended to it. */
  Tenant toTenant() {
    TenantState known = TenantState.fromWireName(state);
    return new Tenant(
        new TenantId(id),
        name,
        known == null ? TenantState.SUSPENDED : known,
        settings,
        createdAt,
        updatedAt,
        revision);
  }
}
