package io.broadcasty.admin.key.jpa;

import io.broadcasty.admin.key.ApiKey;
import io.broadcasty.admin.key.ScopesText;
import io.broadcasty.core.tenant.TenantId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;

/** A row of {@code broadcasty_api_keys}. */
@Entity(name = "ApiKey")
@Table(name = "broadcasty_api_keys")
public class ApiKeyEntity {

  /** The state of a key that is in use. */
  static final String ACTIVE = "active";

  private static final String REVOKED = "revoked";

  @Id
  @Column(name = "key_id", length = 32)
  private String id = "";

  @Column(name = "tenant_id", nullable = false, length = 64, updatable = false)
  private String tenant = "";

  @Column(name = "name", nullable = false, length = ApiKey.MAX_NAME)
  private String name = "";

  @Column(name = "scopes", nullable = false)
  private String scopes = "";

  @Column(name = "secret_key_id", nullable = false, length = 16)
  private String masterKeyId = "";

  @Column(name = "secret", nullable = false, length = 200)
  private String secret = "";

  @Column(name = "previous_secret", nullable = false, length = 200)
  private String previousSecret = "";

  @Column(name = "previous_until", nullable = false)
  private long previousUntil;

  @Column(name = "state", nullable = false, length = 16)
  private String state = ACTIVE;

  @Column(name = "expires_at", nullable = false)
  private long expiresAt;

  /** The data plane writes it, at any time. */
  @Column(name = "last_used_at", nullable = false, updatable = false)
  private long lastUsedAt;

  @Column(name = "created_at", nullable = false, updatable = false)
  private long createdAt;

  @Column(name = "updated_at", nullable = false)
  private long updatedAt;

  @Version
  @Column(name = "revision", nullable = false)
  private long revision;

  /** Creates an empty entity, for the provider. */
  public ApiKeyEntity() {}

  ApiKeyEntity(ApiKey key) {
    this.id = key.id();
    this.tenant = key.tenant().value();
    this.createdAt = key.createdAtMillis();
    change(key);
  }

  /** Takes over what can change. */
  final void change(ApiKey key) {
    name = key.name();
    scopes = ScopesText.write(key.scopes());
    masterKeyId = key.masterKeyId();
    secret = key.secret();
    previousSecret = key.previousSecret();
    previousUntil = key.previousUntilMillis();
    state = key.revoked() ? REVOKED : ACTIVE;
    expiresAt = key.expiresAtMillis();
    updatedAt = key.updatedAtMillis();
  }

  long revision() {
    return revision;
  }

  /** Returns the key; one whose state this release does not know is revoked to it. */
  ApiKey toKey() {
    return new ApiKey(
        id,
        new TenantId(tenant),
        name,
        ScopesText.read(scopes),
        masterKeyId,
        secret,
        previousSecret,
        previousUntil,
        !state.equals(ACTIVE),
        expiresAt,
        lastUsedAt,
        createdAt,
        updatedAt,
        revision);
  }
}
