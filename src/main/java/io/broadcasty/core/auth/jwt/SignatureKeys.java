package io.broadcasty.core.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import io.broadcasty.core.time.Ticker;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Selects the keys that may have signed a token: either public keys, or one secret. They are never
 * mixed, so that no public key can be taken for a secret (RFC 8725, section 2.1).
 */
final class SignatureKeys implements JWSKeySelector<SecurityContext> {

  private final Set<JWSAlgorithm> algorithms;
  private final String description;
  private final @Nullable SecretKeySpec secret;
  private final @Nullable JWKSource<SecurityContext> source;
  private final JWSKeySelector<SecurityContext> library;

  private SignatureKeys(
      Set<JWSAlgorithm> algorithms,
      String description,
      @Nullable SecretKeySpec secret,
      @Nullable JWKSource<SecurityContext> source) {
    this.algorithms = Set.copyOf(algorithms);
    this.description = description;
    this.secret = secret;
    this.source = source;
    Set<JWSAlgorithm> others = new HashSet<>(algorithms);
    others.removeAll(Ed25519Keys.ALGORITHMS);
    this.library =
        source == null || others.isEmpty()
            ? (header, context) -> List.of()
            : new JWSVerificationKeySelector<>(others, source);
  }

  /**
   * Returns the keys of these settings.
   *
   * @throws IllegalArgumentException when they cannot be read, or an algorithm does not fit them;
   *     the message says what is wrong
   */
  static SignatureKeys of(JwtSettings settings, Ticker ticker) {
    if (settings.secret() != null) {
      return ofSecret(settings.secret(), settings);
    }
    Set<JWSAlgorithm> algorithms = new HashSet<>();
    for (String name : settings.algorithms()) {
      algorithms.add(algorithm(name));
    }
    if (settings.publicKeys() != null) {
      var set = PublicKeys.parse(settings.publicKeys());
      return new SignatureKeys(algorithms, PublicKeys.describe(set), null, PublicKeys.source(set));
    }
    if (settings.discovery() != null) {
      String issuer = Objects.requireNonNull(settings.issuer(), "issuer");
      RemoteKeys keys = KeyLocation.discovered(settings.discovery(), issuer, ticker);
      return new SignatureKeys(algorithms, "that " + settings.discovery() + " names", null, keys);
    }
    if (settings.location() == null) {
      throw new IllegalArgumentException("neither a public key nor a location of keys is given");
    }
    return new SignatureKeys(
        algorithms,
        "from " + settings.location(),
        null,
        KeyLocation.source(settings.location(), ticker));
  }

  private static SignatureKeys ofSecret(String text, JwtSettings settings) {
    byte[] bytes = text.getBytes(UTF_8);
    if (bytes.length < JwtSettings.MIN_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "the secret has " + bytes.length + " bytes; it needs " + JwtSettings.MIN_SECRET_BYTES);
    }
    if (settings.publicKeys() != null || settings.location() != null) {
      throw new IllegalArgumentException(
          "there are a secret and public keys; tokens are verified by one of them");
    }
    if (!settings.algorithms().equals(Set.of("HS256"))) {
      throw new IllegalArgumentException("with a secret, HS256 is the only possible algorithm");
    }
    return new SignatureKeys(
        Set.of(JWSAlgorithm.HS256),
        "a secret of " + bytes.length + " bytes",
        new SecretKeySpec(bytes, "HmacSHA256"),
        null);
  }

  private static JWSAlgorithm algorithm(String name) {
    JWSAlgorithm algorithm = JWSAlgorithm.parse(name);
    if (!JWSAlgorithm.Family.RSA.contains(algorithm)
        && !JWSAlgorithm.Family.EC.contains(algorithm)
        && !Ed25519Keys.ALGORITHMS.contains(algorithm)) {
      throw new IllegalArgumentException(
          "the algorithm "
              + name
              + " is not allowed; use RS256, PS256, ES256 or their longer variants, or EdDSA");
    }
    return algorithm;
  }

  Set<JWSAlgorithm> algorithms() {
    return algorithms;
  }

  /** Describes the keys for the start-up log. */
  String describe() {
    return description;
  }

  /** Returns the keys of a URL; null when the keys are part of the configuration. */
  @Nullable RemoteKeys remote() {
    return source instanceof RemoteKeys remote ? remote : null;
  }

  @Override
  public List<? extends Key> selectJWSKeys(JWSHeader header, @Nullable SecurityContext context)
      throws KeySourceException {
    if (!algorithms.contains(header.getAlgorithm())) {
      return List.of();
    }
    if (secret != null) {
      return List.of(secret);
    }
    return source != null && Ed25519Keys.ALGORITHMS.contains(header.getAlgorithm())
        ? ed25519(header, context, source)
        : library.selectJWSKeys(header, context);
  }

  private static List<Key> ed25519(
      JWSHeader header, @Nullable SecurityContext context, JWKSource<SecurityContext> source)
      throws KeySourceException {
    JWKMatcher matcher = JWKMatcher.forJWSHeader(header);
    List<Key> keys = new ArrayList<>(1);
    for (JWK key : source.get(new JWKSelector(matcher), context)) {
      if (key instanceof OctetKeyPair pair) {
        try {
          keys.add(Ed25519Keys.publicKey(pair));
        } catch (GeneralSecurityException e) {
          throw new KeySourceException("The JDK cannot read a key of Ed25519", e);
        }
      }
    }
    return keys;
  }
}
