package io.broadcasty.webhook;

import io.broadcasty.core.http.WebhookSignature;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * A secret of an endpoint as text (Standard Webhooks, "Signature scheme"): {@code whsec_} and 24 to
 * 64 bytes in base64; for ed25519 {@code whsk_} and the seed with the public key behind it.
 */
public record WebhookSecret(String text) {

  private static final String PRIVATE = "whsk_";
  private static final String PUBLIC = "whpk_";
  private static final int SECRET_BYTES = 32;
  private static final int KEY_BYTES = 32;
  private static final String ED25519 = "Ed25519";

  /**
   * Creates a secret.
   *
   * @param format one that signs with secrets of its own
   */
  public static WebhookSecret create(WebhookFormat format, SecureRandom random) {
    if (format == WebhookFormat.STANDARD_ED25519) {
      return createPair(random);
    }
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return new WebhookSecret(
        WebhookSignature.SECRET_PREFIX + Base64.getEncoder().encodeToString(bytes));
  }

  private static WebhookSecret createPair(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ED25519);
      generator.initialize(KEY_BYTES * 8 - 1, random);
      KeyPair pair = generator.generateKeyPair();
      byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
      byte[] encoded = pair.getPublic().getEncoded(); // the key is at the end
      byte[] both = Arrays.copyOf(seed, 2 * KEY_BYTES);
      System.arraycopy(encoded, encoded.length - KEY_BYTES, both, KEY_BYTES, KEY_BYTES);
      return new WebhookSecret(PRIVATE + Base64.getEncoder().encodeToString(both));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + ED25519, e);
    }
  }

  /** Returns whether a text is a secret that both know, so that a receiver may keep its own. */
  public static boolean isSymmetric(String text) {
    return WebhookSignature.isSecret(text);
  }

  /** Returns the bytes that sign: the secret, or the seed of the private key. */
  public byte[] signingBytes() {
    return text.startsWith(PRIVATE) ? Arrays.copyOf(bytes(), KEY_BYTES) : bytes();
  }

  /** Returns what the receiver verifies with: the secret, or the public key, {@code whpk_…}. */
  public String verifier() {
    return text.startsWith(PRIVATE)
        ? PUBLIC
            + Base64.getEncoder()
                .encodeToString(Arrays.copyOfRange(bytes(), KEY_BYTES, 2 * KEY_BYTES))
        : text;
  }

  private byte[] bytes() {
    return Base64.getDecoder().decode(text.substring(text.indexOf('_') + 1));
  }

  /** Omits the secret. */
  @Override
  public String toString() {
    return "WebhookSecret";
  }
}
