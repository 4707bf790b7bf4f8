package io.broadcasty.push.webpush;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;

/**
 * The key pair by which push services recognise the sender (RFC 8292): a signing key of the curve
 * P-256.
 */
public final class VapidKeys {

  private final ECPublicKey publicKey;
  private final ECPrivateKey privateKey;

  private VapidKeys(ECPublicKey publicKey, ECPrivateKey privateKey) {
    this.publicKey = publicKey;
    this.privateKey = privateKey;
  }

  /** Generates a new pair. */
  public static VapidKeys generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(P256.NAME);
      var pair = generator.generateKeyPair();
      return new VapidKeys((ECPublicKey) pair.getPublic(), (ECPrivateKey) pair.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK does not provide the curve P-256", e);
    }
  }

  /**
   * Reads a pair in the form that {@link #publicKeyText} and {@link #privateKeyText} write, which
   * other Web Push tools use too.
   *
   * @throws IllegalArgumentException when it is not a pair; the message says which key is wrong,
   *     and contains neither
   */
  public static VapidKeys parse(String publicText, String privateText) {
    VapidKeys keys = new VapidKeys(publicKey(publicText), privateKey(privateText));
    if (!keys.isPair()) {
      throw new IllegalArgumentException("the public key does not belong to the private key");
    }
    return keys;
  }

  private static ECPublicKey publicKey(String text) {
    try {
      return P256.publicKey(Base64Url.decode(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the public key: " + e.getMessage() + "; it must be 87 characters of base64url", e);
    }
  }

  private static ECPrivateKey privateKey(String text) {
    try {
      return P256.privateKey(Base64Url.decode(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the private key: " + e.getMessage() + "; it must be 43 characters of base64url", e);
    }
  }

  private boolean isPair() {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(privateKey);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /**
   * Returns the public key for browsers, their {@code applicationServerKey}: the raw point in
   * base64url.
   */
  public String publicKeyText() {
    return Base64Url.encode(P256.point(publicKey));
  }

  /** Returns the private key in base64url. */
  public String privateKeyText() {
    return Base64Url.encode(P256.number(privateKey));
  }

  ECPrivateKey privateKey() {
    return privateKey;
  }

  @Override
  public String toString() {
    return "VAPID keys";
  }

  /**
   * Converts base64url as Web Push writes it, without padding. The alphabet of standard base64 and
   * padding are accepted too, since some libraries write keys so.
   */
  static final class Base64Url {

    private Base64Url() {}

    static String encode(byte[] bytes) {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Decodes base64url or base64.
     *
     * @throws IllegalArgumentException when it is neither
     */
    static byte[] decode(String text) {
      try {
        return Base64.getUrlDecoder().decode(text.strip().replace('+', '-').replace('/', '_'));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("it is not base64url (the alphabet with - and _)", e);
      }
    }
  }
}
