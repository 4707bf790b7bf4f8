package io.broadcasty.core.auth;

import io.broadcasty.core.hash.Hashes;
import io.broadcasty.core.tenant.TenantId;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The authenticated caller, as a verified token describes it, and the address it calls from.
 *
 * @param tenant the claim {@code tid}
 * @param subject the claim {@code sub}, the user's id
 * @param roles the claim {@code roles}
 * @param issuedAt the claim {@code iat}
 * @param expiresAt the claim {@code exp} plus the allowed clock skew; a stream ends then
 * @param claims every claim of the token, for the MicroProfile {@code JsonWebToken}
 * @param token the token itself, or what stands for the secret by which a request is signed; never
 *     logged
 * @param tokenId identifies the token without revealing it: the claim {@code jti} or, without one,
 *     the SHA-256 of the token in base64url; of the latter only the beginning may be logged
 * @param keyId the id of the API key that the caller used; null for a token of an issuer
 * @param address the client's address, for events and logs; null where it is unknown
 */
public record Caller(
    TenantId tenant,
    String subject,
    Set<String> roles,
    Instant issuedAt,
    Instant expiresAt,
    Map<String, Object> claims,
    String token,
    String tokenId,
    @Nullable String keyId,
    @Nullable String address) {

  /** Creates a caller with a token of an issuer, without an API key. */
  public Caller(
      TenantId tenant,
      String subject,
      Set<String> roles,
      Instant issuedAt,
      Instant expiresAt,
      Map<String, Object> claims,
      String token) {
    this(
        tenant,
        subject,
        roles,
        issuedAt,
        expiresAt,
        claims,
        token,
        claims.get("jti") instanceof String id && !id.isBlank() ? id : hash(token),
        null,
        null);
  }

  public Caller {
    roles = Set.copyOf(roles);
    claims = Map.copyOf(claims);
  }

  /** Returns this caller as it calls from an address; null for an unknown one. */
  public Caller from(@Nullable String clientAddress) {
    return new Caller(
        tenant, subject, roles, issuedAt, expiresAt, claims, token, tokenId, keyId, clientAddress);
  }

  /**
   * Returns the SHA-256 thumbprint of the key to which the token is bound: {@code jkt} in the claim
   * {@code cnf} (RFC 9449, section 6.1). Null when it is bound to none, so that whoever has it may
   * use it.
   */
  public @Nullable String boundKey() {
    return claims.get("cnf") instanceof Map<?, ?> confirmation
            && confirmation.get("jkt") instanceof String thumbprint
        ? thumbprint
        : null;
  }

  /**
   * Returns the user's session at the issuer that the token belongs to: the claims {@code sid} and
   * {@code iss}, since an issuer's ids of sessions are its own. Null when the token has none.
   */
  public @Nullable String signIn() {
    return signIn(claims);
  }

  /** Returns the session at the issuer that a token with these claims belongs to. */
  public static @Nullable String signIn(Map<String, Object> claims) {
    return claims.get("sid") instanceof String id
            && !id.isBlank()
            && claims.get("iss") instanceof String issuer
        ? issuer + ' ' + id
        : null;
  }

  /** Returns the tenant and subject without the token or other claims, so that it may be logged. */
  @Override
  public String toString() {
    return tenant + "/" + subject;
  }

  private static String hash(String token) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(Hashes.sha256(token));
  }
}
