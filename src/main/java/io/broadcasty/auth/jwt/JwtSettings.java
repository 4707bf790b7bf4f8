package io.broadcasty.auth.jwt;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How tokens are verified.
 *
 * @param publicKeys PEM text of one or more public keys or certificates, or a JWK or JWK set in
 *     JSON; null when the keys come from {@code location}
 * @param location where keys are found otherwise: the URL of a JWK set, fetched and refreshed as
 *     needed, or a file with what {@code publicKeys} may be
 * @param algorithms the signature algorithms allowed, by their names in RFC 7518; public-key ones
 *     only
 * @param issuer what {@code iss} must be; null for any
 * @param audiences of which {@code aud} must have one; empty for any
 * @param skew by how much the issuer's clock may differ from ours
 * @param remember how long a verified token need not be verified again; its end is still observed
 */
public record JwtSettings(
    @Nullable String publicKeys,
    @Nullable String location,
    Set<String> algorithms,
    @Nullable String issuer,
    List<String> audiences,
    Duration skew,
    Duration remember) {

  public JwtSettings {
    algorithms = Set.copyOf(algorithms);
    audiences = List.copyOf(audiences);
  }

  /** Whether it is said where keys come from. */
  public boolean hasKeys() {
    return publicKeys != null || location != null;
  }

  /** The same with these keys. */
  public JwtSettings withPublicKeys(String keys) {
    return new JwtSettings(keys, null, algorithms, issuer, audiences, skew, remember);
  }
}
