package io.broadcasty.core.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.ByteArrayInputStream;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses public keys as operators paste them: PEM, also with {@code \n} for line ends, or JWK. */
final class PublicKeys {

  private static final System.Logger LOG = System.getLogger(PublicKeys.class.getName());

  /** The minimum RSA key size; shorter keys must not be used (RFC 7518, section 3.3). */
  private static final int MIN_RSA_BITS = 2048;

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private PublicKeys() {}

  /**
   * Parses PEM blocks, a JWK or a JWK set, of which keys that cannot be used are left out.
   *
   * @throws IllegalArgumentException when the text contains no usable public key; the message says
   *     why
   */
  static JWKSet parse(String text) {
    String trimmed = text.strip();
    if (trimmed.startsWith("{")) {
      return parseJwk(trimmed);
    }
    List<JWK> keys = new ArrayList<>();
    Matcher block = PEM.matcher(trimmed.replace("\\n", "\n"));
    while (block.find()) {
      keys.add(jwk(block.group(1), block.group(2)));
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no PEM block such as -----BEGIN PUBLIC KEY----- in it");
    }
    return new JWKSet(keys);
  }

  private static JWKSet parseJwk(String json) {
    try {
      if (!json.contains("\"keys\"")) {
        JWK key = JWK.parse(json);
        requirePublic(key);
        if (key instanceof RSAKey rsa) {
          requireLength(rsa.size());
        }
        return publicPart(new JWKSet(key), List.of());
      }
      JwkSetParser.Parsed parsed = JwkSetParser.parse(json);
      parsed.keys().getKeys().forEach(PublicKeys::requirePublic);
      JWKSet usable = publicPart(parsed.keys(), parsed.skipped());
      for (String skipped : parsed.skipped()) {
        LOG.log(Level.WARNING, "The token keys are used without {0}", skipped);
      }
      return usable;
    } catch (ParseException e) {
      throw new IllegalArgumentException("it is not a JWK or JWK set (RFC 7517)", e);
    }
  }

  private static void requirePublic(JWK key) {
    if (key instanceof AsymmetricJWK && key.isPrivate()) {
      throw new IllegalArgumentException(
          "there is a private key in it; only the public part belongs here");
    }
  }

  private static JWKSet publicPart(JWKSet set, List<String> skipped) {
    JWKSet publicKeys = set.toPublicJWKSet(); // drops symmetric keys
    if (publicKeys.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no public key in it"
              + (skipped.isEmpty() ? "" : " that can be used; " + String.join("; ", skipped)));
    }
    return publicKeys;
  }

  private static JWK jwk(String type, String base64) {
    PublicKey key;
    try {
      byte[] der = der(base64);
      key =
          switch (type) {
            case "PUBLIC KEY" -> decode(der);
            case "CERTIFICATE" ->
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der))
                    .getPublicKey();
            default ->
                throw new IllegalArgumentException(
                    "it is a " + type + "; a PUBLIC KEY or CERTIFICATE is needed");
          };
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("its content is not a public key", e);
    }
    if (key instanceof RSAPublicKey rsa) {
      requireLength(rsa.getModulus().bitLength());
      return new RSAKey.Builder(rsa).build();
    }
    if (key instanceof ECPublicKey ec) {
      Curve curve = Curve.forECParameterSpec(ec.getParams());
      if (curve == null) {
        throw new IllegalArgumentException("its curve is none of P-256, P-384 and P-521");
      }
      return new ECKey.Builder(curve, ec).build();
    }
    if (key instanceof EdECPublicKey ed) {
      return Ed25519Keys.jwk(ed);
    }
    throw new IllegalArgumentException(
        "it is a key of type " + key.getAlgorithm() + "; RSA, EC and Ed25519 are supported");
  }

  private static byte[] der(String base64) {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("its content is not base64; was it cut off?", e);
    }
  }

  /** Refuses an RSA key that is too short. */
  static void requireLength(int rsaBits) {
    if (rsaBits < MIN_RSA_BITS) {
      throw new IllegalArgumentException("an RSA key needs at least " + MIN_RSA_BITS + " bits");
    }
  }

  /**
   * Returns a source that selects the key by the token's key id; keys without an id, as in PEM, are
   * selected by their type alone.
   */
  static JWKSource<SecurityContext> source(JWKSet set) {
    JWKSet withoutId =
        new JWKSet(set.getKeys().stream().filter(key -> key.getKeyID() == null).toList());
    return (selector, context) -> {
      List<JWK> found = selector.select(set);
      if (!found.isEmpty()) {
        return found;
      }
      JWKMatcher wanted = selector.getMatcher();
      JWKMatcher byType =
          new JWKMatcher.Builder()
              .keyTypes(wanted.getKeyTypes())
              .keyUses(wanted.getKeyUses())
              .algorithms(wanted.getAlgorithms())
              .curves(wanted.getCurves())
              .build();
      return new JWKSelector(byType).select(withoutId);
    };
  }

  private static PublicKey decode(byte[] der) throws GeneralSecurityException {
    X509EncodedKeySpec spec = new X509EncodedKeySpec(der);
    try {
      return KeyFactory.getInstance("RSA").generatePublic(spec);
    } catch (GeneralSecurityException notRsa) {
      try {
        return KeyFactory.getInstance("EC").generatePublic(spec);
      } catch (GeneralSecurityException notEc) {
        return KeyFactory.getInstance("Ed25519").generatePublic(spec);
      }
    }
  }

  /** Describes the types and sizes of a set's keys for the log. */
  static String describe(JWKSet keys) {
    return keys.getKeys().stream()
        .map(
            key -> {
              try {
                return key.getKeyType()
                    + " "
                    + key.size()
                    + " bit, SHA-256 thumbprint "
                    + key.computeThumbprint();
              } catch (JOSEException e) {
                return key.getKeyType().toString();
              }
            })
        .toList()
        .toString();
  }
}
