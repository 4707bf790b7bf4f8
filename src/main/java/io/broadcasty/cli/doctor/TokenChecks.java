package io.broadcasty.cli.doctor;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.jwt.JwtAuthenticator;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.server.config.Settings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks the keys that verify tokens, by a token where one can be signed. */
final class TokenChecks {

  private static final String CHECK = "tokens";

  private final Settings settings;
  private final WallClock clock;
  private final Doctor.@Nullable ProbeToken probe;

  TokenChecks(Settings settings, WallClock clock, Doctor.@Nullable ProbeToken probe) {
    this.settings = settings;
    this.clock = clock;
    this.probe = probe;
  }

  List<Finding> run() {
    if (!settings.jwt().hasKeys()) {
      return List.of(Finding.skipped(CHECK, "development mode makes its own key"));
    }
    JwtAuthenticator authenticator;
    try {
      authenticator = new JwtAuthenticator(settings.jwt(), clock);
    } catch (IllegalArgumentException e) {
      return List.of(
          Finding.error(
              CHECK,
              "the keys of BROADCASTY_JWT_PUBLIC_KEY or BROADCASTY_JWT_JWKS_URL: " + e.getMessage(),
              "give it the public key of your issuer in PEM, such as public.pem of broadcasty"
                  + " jwt:keygen"));
    }
    if (probe == null) {
      return List.of(
          Finding.ok(CHECK, "verified with " + authenticator.describeKeys()),
          Finding.skipped("signing key", "there is no private key here to sign a token with"));
    }
    return List.of(
        Finding.ok(CHECK, "verified with " + authenticator.describeKeys()),
        signed(authenticator, probe));
  }

  private static Finding signed(JwtAuthenticator authenticator, Doctor.ProbeToken probe) {
    try {
      Verdict verdict = authenticator.authenticate(probe.sign());
      return verdict instanceof Refused refused
          ? Finding.error(
              "signing key",
              "a token of the key that signs here would be refused: " + refused.reason(),
              "the public key and the private key must be of one pair: broadcasty jwt:keygen makes"
                  + " one, and BROADCASTY_JWT_PUBLIC_KEY gets its public.pem")
          : Finding.ok("signing key", "the server accepts its tokens");
    } catch (AuthenticationUnavailableException e) {
      return Finding.error(
          "signing key",
          "the keys of the issuer cannot be fetched: " + e.getMessage(),
          "check BROADCASTY_JWT_JWKS_URL, and that this machine reaches it");
    }
  }
}
