package io.broadcasty.server.config;

import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.auth.jwt.KeyLocation;
import io.broadcasty.core.config.ConfigType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads how tokens are verified. */
final class JwtReader {

  /** What examples of environment files have in place of a key. */
  private static final String PLACEHOLDER_KEY = "REPLACE_ME";

  private final SettingsReader reader;

  JwtReader(SettingsReader reader) {
    this.reader = reader;
  }

  /**
   * Reads how tokens are verified that are of no named issuer.
   *
   * @param keyless whether there need be no key for them
   */
  JwtSettings read(boolean keyless) {
    String publicKey =
        firstSet(reader.optional(ConfigKeys.JWT_PUBLIC_KEY), "mp.jwt.verify.publickey");
    String location =
        firstSet(reader.optional(ConfigKeys.JWT_JWKS_URL), "mp.jwt.verify.publickey.location");
    String secret = reader.optional(AccessConfigKeys.JWT_SECRET).orElse(null);
    if (secret != null) {
      return bySecret(secret, publicKey != null || location != null);
    }
    if (publicKey == null && location == null && !keyless) {
      reader.fault(
          "there is no key to verify tokens with; set BROADCASTY_JWT_PUBLIC_KEY to the public key"
              + " of your token issuer in PEM, BROADCASTY_JWT_JWKS_URL to the URL of its JWK set,"
              + " or broadcasty.issuers.{id}.issuer to the issuer of an identity provider");
    }
    if (publicKey != null && publicKey.contains(PLACEHOLDER_KEY)) {
      reader.fault(
          ConfigKeys.JWT_PUBLIC_KEY,
          "still has the placeholder "
              + PLACEHOLDER_KEY
              + "; replace it by the public key of your token issuer");
    }
    if (publicKey == null
        && location != null
        && KeyLocation.isUnprotected(location)
        && !reader.value(ConfigKeys.JWT_JWKS_HTTP, true)) {
      reader.fault(
          ConfigKeys.JWT_JWKS_URL.name()
              + ": keys over http: can be replaced on their way, and then tokens be forged; use"
              + " https:, or set "
              + ConfigKeys.JWT_JWKS_HTTP.name()
              + "=true if you trust the network between this server and the issuer");
    }
    List<String> algorithms =
        list(reader.optional(ConfigKeys.JWT_ALGORITHMS), "mp.jwt.verify.publickey.algorithm");
    return tokens(
        publicKey, location, algorithms.isEmpty() ? Set.of("RS256") : Set.copyOf(algorithms), null);
  }

  private JwtSettings bySecret(String secret, boolean otherKeys) {
    if (secret.getBytes(StandardCharsets.UTF_8).length < JwtSettings.MIN_SECRET_BYTES) {
      reader.fault(
          AccessConfigKeys.JWT_SECRET,
          "must have at least "
              + JwtSettings.MIN_SECRET_BYTES
              + " bytes; make one with: openssl rand -base64 32");
    }
    if (otherKeys) {
      reader.fault(
          AccessConfigKeys.JWT_SECRET,
          "tokens are verified by a secret or by public keys; remove "
              + ConfigKeys.JWT_PUBLIC_KEY.name()
              + " and "
              + ConfigKeys.JWT_JWKS_URL.name()
              + ", or the secret");
    }
    List<String> algorithms =
        list(reader.optional(ConfigKeys.JWT_ALGORITHMS), "mp.jwt.verify.publickey.algorithm");
    if (!algorithms.isEmpty() && !algorithms.equals(List.of("HS256"))) {
      reader.fault(
          ConfigKeys.JWT_ALGORITHMS,
          "with " + AccessConfigKeys.JWT_SECRET.name() + " it can only be HS256; remove it");
    }
    return tokens(null, null, Set.of("HS256"), secret);
  }

  private JwtSettings tokens(
      @Nullable String publicKey,
      @Nullable String location,
      Set<String> algorithms,
      @Nullable String secret) {
    return new JwtSettings(
        publicKey,
        location,
        null,
        algorithms,
        firstSet(reader.optional(ConfigKeys.JWT_ISSUER), "mp.jwt.verify.issuer"),
        list(reader.optional(ConfigKeys.JWT_AUDIENCES), "mp.jwt.verify.audiences"),
        Set.copyOf(reader.value(AccessConfigKeys.REQUIRED_CLAIMS, List.of())),
        reader.count(ConfigKeys.JWT_MAX_LENGTH),
        reader.optional(AccessConfigKeys.JWT_MAX_LIFE).orElse(null),
        clockSkew(),
        reader.value(ConfigKeys.JWT_REMEMBER, Duration.ZERO),
        secret,
        new ClaimReader(reader).read());
  }

  private Duration clockSkew() {
    Optional<Duration> own = reader.optional(ConfigKeys.JWT_SKEW);
    if (own.isPresent()) {
      return own.get();
    }
    String standard = reader.source().get("mp.jwt.verify.clock.skew").orElse("30").strip();
    try {
      return Duration.ofSeconds(Integer.parseUnsignedInt(standard));
    } catch (NumberFormatException e) {
      reader.fault("mp.jwt.verify.clock.skew: must be a whole number of seconds, such as 30");
      return Duration.ZERO;
    }
  }

  private @Nullable String firstSet(Optional<String> own, String standardName) {
    return own.or(() -> reader.source().get(standardName).filter(t -> !t.isBlank())).orElse(null);
  }

  private List<String> list(Optional<List<String>> own, String standardName) {
    return own.orElseGet(
        () -> reader.source().get(standardName).map(ConfigType.LIST::parse).orElse(List.of()));
  }
}
