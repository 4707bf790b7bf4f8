package io.broadcasty.core.auth.jwt;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Settings of token verification for tests: the usual claims, 30 s of skew, nothing remembered. */
public final class TokenSettings {

  private TokenSettings() {}

  /** Returns settings with public keys. */
  public static JwtSettings keys(String publicKeys, String... algorithms) {
    return settings(publicKeys, null, null, Set.of(algorithms), ClaimMapping.USUAL);
  }

  /** Returns settings with a secret. */
  public static JwtSettings secret(String secret) {
    return settings(null, null, secret, Set.of("HS256"), ClaimMapping.USUAL);
  }

  static JwtSettings settings(
      @Nullable String publicKeys,
      @Nullable String location,
      @Nullable String secret,
      Set<String> algorithms,
      ClaimMapping claims) {
    return new JwtSettings(
        publicKeys,
        location,
        null,
        algorithms,
        null,
        List.of(),
        JwtSettings.USUAL_CLAIMS,
        JwtSettings.MAX_LENGTH,
        null,
        Duration.ofSeconds(30),
        Duration.ZERO,
        secret,
        claims);
  }
}
