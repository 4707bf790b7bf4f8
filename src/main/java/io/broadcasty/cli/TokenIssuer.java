package io.broadcasty.cli;

import io.broadcasty.core.auth.jwt.ClaimMapping;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.server.config.ConfigKeys;
import io.broadcasty.server.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Issues tokens that the server of an installation accepts. */
final class TokenIssuer {

  /** The private key that {@code install} writes beside the environment file. */
  static final String PRIVATE_KEY_FILE = "jwt-private.pem";

  private static final String SECRET_VARIABLE = ConfigKey.environmentName("broadcasty.jwt.secret");

  private final Installation installation;
  private final WallClock clock;

  TokenIssuer(Installation installation, WallClock clock) {
    this.installation = installation;
    this.clock = clock;
  }

  /**
   * Returns the key that signs: that of the file, otherwise the secret of the configuration,
   * otherwise the private key that was written at the installation; null when there is none.
   */
  @Nullable SigningKey key(@Nullable Path file) {
    if (file != null) {
      return SigningKey.ofPem(Secrets.read(file), file);
    }
    String secret = installation.variables().get(SECRET_VARIABLE);
    if (secret != null && !secret.isBlank()) {
      return SigningKey.ofSecret(secret);
    }
    Path usual = installation.beside(PRIVATE_KEY_FILE);
    return Files.exists(usual) ? SigningKey.ofPem(Secrets.read(usual), usual) : null;
  }

  /**
   * Returns the key as {@link #key(Path)} does.
   *
   * @throws CommandException when there is none
   */
  SigningKey requireKey(@Nullable Path file) {
    SigningKey key = key(file);
    if (key == null) {
      throw new CommandException(
          ExitCode.USAGE,
          "there is no key to sign with; name one: --key private.pem (broadcasty jwt:keygen makes"
              + " one), or an environment file with "
              + SECRET_VARIABLE
              + ": --env-file FILE");
    }
    return key;
  }

  /**
   * Issues a token.
   *
   * @param tenant null for none, or the fixed one of the configuration
   * @param others further claims, which replace those made here
   */
  String issue(
      SigningKey key,
      String subject,
      @Nullable String tenant,
      List<String> roles,
      Duration life,
      Map<String, Object> others) {
    Settings settings = installation.settingsIfValid();
    ClaimMapping mapping = settings == null ? ClaimMapping.USUAL : settings.jwt().claims();
    Instant now = clock.now();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("sub", subject);
    mapping.claims(tenant == null ? "" : tenant, roles).forEach(claims::put);
    claims.values().removeIf(""::equals);
    installation.value(ConfigKeys.JWT_ISSUER).ifPresent(issuer -> claims.put("iss", issuer));
    installation
        .value(ConfigKeys.JWT_AUDIENCES)
        .filter(audiences -> !audiences.isEmpty())
        .ifPresent(audiences -> claims.put("aud", audiences.get(0)));
    claims.put("jti", UUID.randomUUID().toString());
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plus(life).getEpochSecond());
    claims.putAll(others);
    return key.token(claims);
  }
}
