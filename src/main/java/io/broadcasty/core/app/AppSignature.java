package io.broadcasty.core.app;

import io.broadcasty.core.hash.Hashes;

/**
 * Signatures of an app: HMAC-SHA256 with a secret as UTF-8, in hexadecimal digits in lower case
 * (Pusher's "Generating authorization strings").
 */
public final class AppSignature {

  private AppSignature() {}

  /** Returns the signature of a text by a secret. */
  public static String of(String secret, String text) {
    return Hashes.hmacSha256Hex(secret, text);
  }

  /** Returns whether a signature is that of a text, in a time that does not depend on where not. */
  public static boolean isValid(String secret, String text, String signature) {
    return Hashes.equal(of(secret, text), signature);
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
}
