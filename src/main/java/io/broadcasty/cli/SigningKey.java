package io.broadcasty.cli;

import io.broadcasty.core.hash.Hashes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Signs JSON Web Tokens (RFC 7515) with a private key, or with the secret of the server. */
final class SigningKey {

  /** The algorithms for which a pair can be made. */
  static final List<String> ALGORITHMS = List.of("RS256", "ES256", "EdDSA");

  private static final int RSA_BITS = 2048;
  private static final int P256_BITS = 256;
  private static final int PEM_LINE = 64;

  /** Signs bytes. */
  @FunctionalInterface
  private interface Signer {
    byte[] sign(byte[] bytes) throws GeneralSecurityException;
  }

  /** A pair as PEM. */
  record Pair(String privatePem, String publicPem) {

    /** Omits the private key. */
    @Override
    public String toString() {
      return "Pair[" + publicPem + "]";
    }
  }

  private final String algorithm;
  private final Signer signer;

  private SigningKey(String algorithm, Signer signer) {
    this.algorithm = algorithm;
    this.signer = signer;
  }

  /** Generates a pair for one of {@link #ALGORITHMS}. */
  static Pair generate(String algorithm) {
    try {
      KeyPairGenerator generator =
          KeyPairGenerator.getInstance(
              switch (algorithm) {
                case "RS256" -> "RSA";
                case "ES256" -> "EC";
                default -> "Ed25519";
              });
      if (algorithm.equals("RS256")) {
        generator.initialize(RSA_BITS);
      } else if (algorithm.equals("ES256")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      }
      KeyPair pair = generator.generateKeyPair();
      return new Pair(
          pem("PRIVATE KEY", pair.getPrivate().getEncoded()),
          pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new CommandException(ExitCode.FAILED, "this JDK cannot make keys of " + algorithm, e);
    }
  }

  private static String pem(String type, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            type,
            Base64.getMimeEncoder(PEM_LINE, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(bytes),
            type);
  }

  static SigningKey ofSecret(String secret) {
    byte[] key = secret.getBytes(StandardCharsets.UTF_8);
    return new SigningKey("HS256", bytes -> Hashes.hmacSha256(key, bytes));
  }

  /**
   * Reads a private key in PEM (PKCS #8).
   *
   * @param file for messages
   */
  static SigningKey ofPem(String pem, Path file) {
    if (!pem.contains("-----BEGIN PRIVATE KEY-----")) {
      throw new CommandException(
          ExitCode.USAGE,
          file
              + " is no private key in PEM (PKCS #8); convert others by: openssl pkcs8 -topk8"
              + " -nocrypt -in "
              + file
              + " -out private.pem");
    }
    String text = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    for (String type : List.of("RSA", "EC", "Ed25519")) {
      PrivateKey key = decoded(text, type);
      if (key != null) {
        return of(key, file);
      }
    }
    throw new CommandException(
        ExitCode.USAGE, file + " has a key that is neither RSA, EC nor Ed25519");
  }

  /** Returns a key; null when it is not of the type. */
  private static @Nullable PrivateKey decoded(String text, String type) {
    try {
      PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text));
      return KeyFactory.getInstance(type).generatePrivate(encoded);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return null;
    }
  }

  private static SigningKey of(PrivateKey key, Path file) {
    if (key instanceof RSAPrivateKey) {
      return new SigningKey("RS256", bytes -> sign("SHA256withRSA", key, bytes));
    }
    if (key instanceof ECPrivateKey curve) {
      if (curve.getParams().getOrder().bitLength() != P256_BITS) {
        throw new CommandException(
            ExitCode.USAGE, file + " has a key of another curve than P-256; use that of ES256");
      }
      return new SigningKey("ES256", bytes -> sign("SHA256withECDSAinP1363Format", key, bytes));
    }
    return new SigningKey("EdDSA", bytes -> sign("Ed25519", key, bytes));
  }

  private static byte[] sign(String algorithm, PrivateKey key, byte[] bytes)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(bytes);
    return signature.sign();
  }

  /** Returns a token with these claims. */
  String token(Map<String, Object> claims) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", algorithm);
    header.put("typ", "JWT");
    String signed = encode(Json.write(header)) + "." + encode(Json.write(claims));
    try {
      byte[] signature = signer.sign(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new CommandException(ExitCode.FAILED, "this JDK cannot sign with " + algorithm, e);
    }
  }

  private static String encode(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the algorithm, without the key. */
  @Override
  public String toString() {
    return algorithm;
  }
}
