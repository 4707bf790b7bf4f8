package io.broadcasty.core.hash;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * SHA-256 (FIPS 180-4), HMAC-SHA256 (RFC 2104), and MD5 (RFC 1321) for protocols that require it.
 * Texts are hashed as UTF-8. Hexadecimal digits are in lower case.
 */
public final class Hashes {

  private static final String SHA256 = "SHA-256";
  private static final String HMAC_SHA256 = "HmacSHA256";

  private Hashes() {}

  /** Returns the 32 bytes of a SHA-256. */
  public static byte[] sha256(byte[] bytes) {
    return digest(SHA256).digest(bytes);
  }

  /** Returns the 32 bytes of the SHA-256 of a text. */
  public static byte[] sha256(String text) {
    return sha256(utf8(text));
  }

  /** Returns the SHA-256 of a text, in 64 hexadecimal digits. */
  public static String sha256Hex(String text) {
    return HexFormat.of().formatHex(sha256(text));
  }

  /** Returns the SHA-256 of bytes, in 64 hexadecimal digits. */
  public static String sha256Hex(byte[] bytes) {
    return sha256Hex(bytes, bytes.length);
  }

  /** Returns the SHA-256 of the first bytes of an array, in 64 hexadecimal digits. */
  public static String sha256Hex(byte[] bytes, int length) {
    return hex(SHA256, bytes, length);
  }

  /** Returns the MD5 of the first bytes of an array, in 32 hexadecimal digits. */
  public static String md5Hex(byte[] bytes, int length) {
    return hex("MD5", bytes, length);
  }

  /**
   * Returns the 32 bytes of an HMAC-SHA256.
   *
   * @param key has at least one byte
   */
  public static byte[] hmacSha256(byte[] key, byte[] bytes) {
    try {
      Mac mac = Mac.getInstance(HMAC_SHA256);
      mac.init(new SecretKeySpec(key, HMAC_SHA256));
      return mac.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + HMAC_SHA256, e);
    }
  }

  /** Returns the HMAC-SHA256 of a text by a key that is a text, in 64 hexadecimal digits. */
  public static String hmacSha256Hex(String key, String text) {
    return HexFormat.of().formatHex(hmacSha256(utf8(key), utf8(text)));
  }

  /** Returns whether two texts are equal, in a time that does not depend on where they differ. */
  public static boolean equal(String a, String b) {
    return MessageDigest.isEqual(utf8(a), utf8(b));
  }

  private static String hex(String algorithm, byte[] bytes, int length) {
    MessageDigest digest = digest(algorithm);
    digest.update(bytes, 0, length);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no " + algorithm, e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
