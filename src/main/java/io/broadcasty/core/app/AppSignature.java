package io.broadcasty.core.app;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signatures of an app: HMAC-SHA256 with a secret as UTF-8, in hexadecimal digits in lower case
 * (Pusher's "Generating authorization strings").
 */
public final class AppSignature {

  private static final String ALGORITHM = "HmacSHA256";

  private AppSignature() {}

  /** Returns the signature of a text by a secret. */
  public static String of(String secret, String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no HMAC-SHA256", e);
    }
  }

  /** Returns whether a signature is that of a text, in a time that does not depend on where not. */
  public static boolean isValid(String secret, String text, String signature) {
    return equal(of(secret, text), signature);
  }

  /**
   * Returns whether {@code auth}, a key and a signature with a colon between, is that of a text by
   * this app.
   */
  public static boolean isValid(App app, String text, String auth) {
    int colon = auth.indexOf(':');
    App.Credential credential = colon < 0 ? null : app.credential(auth.substring(0, colon));
    return credential != null && isValid(credential.secret(), text, auth.substring(colon + 1));
  }

  /** Returns a key and the signature of a text, with a colon between. */
  public static String auth(App.Credential credential, String text) {
    return credential.key() + ":" + of(credential.secret(), text);
  }

  /** Returns the text that is signed so that a connection may subscribe to a channel. */
  public static String subscription(String socketId, String channel) {
    return socketId + ":" + channel;
  }

  /** Returns the text that is signed so that a connection may join a channel as somebody. */
  public static String presence(String socketId, String channel, String channelData) {
    return socketId + ":" + channel + ":" + channelData;
  }

  /** Returns the text that is signed so that a connection may sign in as somebody. */
  public static String signin(String socketId, String userData) {
    return socketId + "::user::" + userData;
  }

  /** Returns the MD5 of a body, in hexadecimal digits; it is only what the signature covers. */
  public static String md5(byte[] body, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      digest.update(body, 0, length);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no MD5", e);
    }
  }

  /** Compares two texts in a time that does not depend on where they differ. */
  static boolean equal(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }
}
