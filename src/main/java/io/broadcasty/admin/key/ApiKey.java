package io.broadcasty.admin.key;

import io.broadcasty.core.tenant.TenantId;
import java.util.List;

/**
 * An API key as it is stored.
 *
 * @param id 16 hexadecimal digits
 * @param name for people, 1 to {@value #MAX_NAME} characters
 * @param scopes what it may do; never more
 * @param masterKeyId the id of the master key that has encrypted the secrets
 * @param secret encrypted
 * @param previousSecret encrypted; empty for none
 * @param previousUntilMillis when the previous secret stops being valid
 * @param revoked whether it is of no use any more
 * @param expiresAtMillis when it stops being valid; 0 for never
 * @param lastUsedAtMillis when it was last used, to about a minute; 0 for never
 * @param revision grows with each change
 */
public record ApiKey(
    String id,
    TenantId tenant,
    String name,
    List<KeyScope> scopes,
    String masterKeyId,
    String secret,
    String previousSecret,
    long previousUntilMillis,
    boolean revoked,
    long expiresAtMillis,
    long lastUsedAtMillis,
    long createdAtMillis,
    long updatedAtMillis,
    long revision) {

  /** The longest name. */
  public static final int MAX_NAME = 200;

  public ApiKey {
    scopes = List.copyOf(scopes);
  }

  /** Returns the key with other secrets. */
  public ApiKey withSecrets(
      String newMasterKeyId, String current, String previous, long previousUntil, long nowMillis) {
    return new ApiKey(
        id,
        tenant,
        name,
        scopes,
        newMasterKeyId,
        current,
        previous,
        previousUntil,
        revoked,
        expiresAtMillis,
        lastUsedAtMillis,
        createdAtMillis,
        nowMillis,
        revision);
  }

  /** Returns the key with another name, other scopes and another expiry. */
  public ApiKey with(
      String newName, List<KeyScope> newScopes, long newExpiresAtMillis, long nowMillis) {
    return new ApiKey(
        id,
        tenant,
        newName,
        newScopes,
        masterKeyId,
        secret,
        previousSecret,
        previousUntilMillis,
        revoked,
        newExpiresAtMillis,
        lastUsedAtMillis,
        createdAtMillis,
        nowMillis,
        revision);
  }

  /** Returns whether two secrets are valid, since a rotation is not over. */
  public boolean isRotating(long nowMillis) {
    return !previousSecret.isEmpty() && nowMillis < previousUntilMillis;
  }

  /** Returns whether the key has expired. */
  public boolean isExpired(long nowMillis) {
    return expiresAtMillis != 0 && nowMillis >= expiresAtMillis;
  }

  /** Returns the key without its secrets, of no use any more. */
  public ApiKey withoutUse(long nowMillis) {
    return new ApiKey(
        id,
        tenant,
        name,
        scopes,
        masterKeyId,
        "",
        "",
        0,
        true,
        expiresAtMillis,
        lastUsedAtMillis,
        createdAtMillis,
        nowMillis,
        revision);
  }

  /** Omits the secrets, although they are encrypted. */
  @Override
  public String toString() {
    return "ApiKey[" + tenant + "/" + id + "]";
  }
}
