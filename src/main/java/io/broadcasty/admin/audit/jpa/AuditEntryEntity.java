package io.broadcasty.admin.audit.jpa;

import io.broadcasty.admin.audit.AuditEntry;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A row of {@code broadcasty_audit_logs}; it is written by SQL only. */
@Entity(name = "AuditEntry")
@Table(name = "broadcasty_audit_logs")
public class AuditEntryEntity {

  @Id
  @Column(name = "id")
  private long id;

  @Column(name = "tenant_id", nullable = false, length = 64)
  private String tenant = "";

  @Column(name = "action", nullable = false, length = 64)
  private String action = "";

  @Column(name = "outcome", length = 16)
  private @Nullable String outcome;

  @Column(name = "actor_tenant", length = 64)
  private @Nullable String actorTenant;

  @Column(name = "actor_id", length = 200)
  private @Nullable String actor;

  @Column(name = "ip", length = 45)
  private @Nullable String ip;

  @Column(name = "target")
  private @Nullable String target;

  @Column(name = "ctx")
  private @Nullable String context;

  @Column(name = "request_id", length = 64)
  private @Nullable String requestId;

  @Column(name = "created_at", nullable = false)
  private long time;

  @Column(name = "chain_no")
  private @Nullable Long number;

  @Column(name = "row_hash", length = 64)
  private @Nullable String hash;

  /** Creates an empty entity, for the provider. */
  public AuditEntryEntity() {}

  AuditEntry toEntry() {
    return new AuditEntry(
        id,
        tenant,
        action,
        outcome,
        actorTenant,
        actor,
        ip,
        target,
        context,
        requestId,
        time,
        number == null ? 0 : number,
        hash);
  }
}
