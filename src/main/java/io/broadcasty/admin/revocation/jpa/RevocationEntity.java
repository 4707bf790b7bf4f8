package io.broadcasty.admin.revocation.jpa;

import io.broadcasty.admin.revocation.Revocation;
import io.broadcasty.admin.revocation.RevocationTarget;
import io.broadcasty.core.tenant.TenantId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;

/** A row of {@code broadcasty_revocations}. */
@Entity(name = "Revocation")
@Table(name = "broadcasty_revocations")
public class RevocationEntity {

  @Id
  @Column(name = "revocation_id", length = RevocationTarget.ID_LENGTH)
  private String id = "";

  @Column(name = "tenant_id", nullable = false, length = 64, updatable = false)
  private String tenant = "";

  @Column(name = "kind", nullable = false, length = 16, updatable = false)
  private String kind = "";

  @Column(name = "target", nullable = false, length = 1000, updatable = false)
  private String target = "";

  @Column(name = "issued_before", nullable = false)
  private long issuedBefore;

  @Column(name = "expires_at", nullable = false)
  private long expiresAt;

  @Column(name = "created_at", nullable = false, updatable = false)
  private long createdAt;

  @Column(name = "updated_at", nullable = false)
  private long updatedAt;

  @Version
  @Column(name = "revision", nullable = false)
  private long revision;

  /** Creates an empty entity, for the provider. */
  public RevocationEntity() {}

  RevocationEntity(Revocation revocation) {
    this.id = revocation.id();
    this.tenant = revocation.target().tenant().value();
    this.kind = revocation.target().kind().wireName();
    this.target = revocation.target().name();
    this.createdAt = revocation.createdAtMillis();
    change(revocation);
  }

  /** Takes over what can change. */
  final void change(Revocation revocation) {
    issuedBefore = revocation.issuedBeforeMillis();
    expiresAt = revocation.expiresAtMillis();
    updatedAt = revocation.updatedAtMillis();
  }

  long revision() {
    return revision;
  }

  /** Returns the revocation; the queries leave out kinds that this release does not know. */
  Revocation toRevocation() {
    RevocationTarget.Kind known = RevocationTarget.Kind.fromWireName(kind);
    if (known == null) {
      throw new IllegalStateException("unknown kind of a revocation: " + kind);
    }
    return new Revocation(
        new RevocationTarget(new TenantId(tenant), known, target),
        issuedBefore,
        expiresAt,
        createdAt,
        updatedAt,
        revision);
  }
}
