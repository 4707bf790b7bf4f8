package io.broadcasty.transport.admin;

import io.broadcasty.core.tenant.TenantId;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/** What the audit log says of the current request besides its caller and its outcome. */
@RequestScoped
public class AuditNote {

  private @Nullable TenantId tenant;
  private @Nullable String target;
  private @Nullable String context;

  /** Names the tenant concerned. */
  public void setTenant(TenantId concerned) {
    tenant = concerned;
  }

  /** Names what the action concerns, as {@code kind:id}. */
  public void setTarget(String concerned) {
    target = concerned;
  }

  /** Describes the change as a JSON object, without secrets. */
  public void setContext(String json) {
    context = json;
  }

  /** Returns the tenant concerned; null when it is unknown, or the whole service. */
  public @Nullable TenantId tenant() {
    return tenant;
  }

  /** Returns what the action concerns; null for none. */
  public @Nullable String target() {
    return target;
  }

  /** Returns the change as a JSON object; null for none. */
  public @Nullable String context() {
    return context;
  }
}
