package io.broadcasty.core.auth.jwt;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings of token verification.
 *
 * @param publicKeys PEM text of one or more public keys or certificates, or a JWK or JWK set in
 *     JSON; null when the keys come from {@code location}
 * @param location where the keys are otherwise: the URL of a JWK set, fetched and refreshed as
 *     needed, or a file in a format that {@code publicKeys} may have; null when neither
 * @param discovery the URL of the issuer's discovery document, which names the URL of the JWK set;
 *     null for none; with it there is an {@code issuer}
 * @param algorithms the allowed signature algorithms, by their names in RFC 7518; only those with
 *     public keys
 * @param issuer the required {@code iss}; null for any
 * @param audiences {@code aud} must contain one of these; empty for any
 * @param requiredClaims the names of claims that a token must have; without {@code roles} in it, a
 *     token may have none, and without {@code iat} it need not say when it was issued; {@code sub},
 *     {@code tid} and {@code exp} are always needed
 * @param maxLength the greatest number of characters of a token
 * @param maxLife the longest time from {@code iat} to {@code exp}; null for any
 * @param skew how far the issuer's clock may differ from this node's
 * @param cacheDuration how long a verified token is not verified again; its expiry is still checked
 * @param secret signs tokens with HS256 instead of a private key; null for none
 * @param claims where tokens have their tenant and roles
 */
public record JwtSettings(
    @Nullable String publicKeys,
    @Nullable String location,
    @Nullable String discovery,
    Set<String> algorithms,
    @Nullable String issuer,
    List<String> audiences,
    Set<String> requiredClaims,
    int maxLength,
    @Nullable Duration maxLife,
    Duration skew,
    Duration cacheDuration,
    @Nullable String secret,
    ClaimMapping claims) {

  /** The least length of a secret for HS256 (RFC 7518, section 3.2). */
  public static final int MIN_SECRET_BYTES = 32;

  /** The greatest number of characters of a token that any limit allows. */
  public static final int MAX_LENGTH = 65_536;

  /** The claims that a token must have unless others are configured. */
  public static final Set<String> USUAL_CLAIMS = Set.of("sub", "tid", "roles", "iat", "exp");

  public JwtSettings {
    algorithms = Set.copyOf(algorithms);
    audiences = List.copyOf(audiences);
    requiredClaims = Set.copyOf(requiredClaims);
  }

  /** Returns whether keys, or a location of keys, are configured. */
  public boolean hasKeys() {
    return publicKeys != null || location != null || discovery != null || secret != null;
  }

  /** Omits the secret, so that it may be logged. */
  @Override
  public String toString() {
    return "JwtSettings[" + algorithms + ", " + issuer + ", " + audiences + "]";
  }

  /** Returns a copy that differs only in its keys: these public keys, of one algorithm. */
  public JwtSettings withPublicKeys(String keys, String algorithm) {
    return new JwtSettings(
        keys,
        null,
        null,
        Set.of(algorithm),
        issuer,
        audiences,
        requiredClaims,
        maxLength,
        maxLife,
        skew,
        cacheDuration,
        null,
        claims);
  }
}
