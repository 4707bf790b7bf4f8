package io.broadcasty.push.apns;

import com.eatthepath.pushy.apns.auth.ApnsSigningKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the APNs provider.
 *
 * @param key signs the provider's tokens; contains its id and its team
 * @param topic the app's bundle id
 * @param host Apple's host for production or for the sandbox, or that of a fake server
 * @param trusted the certificate from which the server's must be issued; null for those that the
 *     JDK trusts
 * @param timeout for one notification as a whole
 */
public record ApnsSettings(
    ApnsSigningKey key,
    String topic,
    String host,
    int port,
    @Nullable X509Certificate trusted,
    Duration timeout) {

  public static final String PRODUCTION = "api.push.apple.com";
  public static final String SANDBOX = "api.sandbox.push.apple.com";

  /** The keys' names, for messages to operators. */
  static final String KEY = "broadcasty.push.apns.key";

  static final String TOPIC = "broadcasty.push.apns.topic";
  static final String SANDBOX_KEY = "broadcasty.push.apns.sandbox";
  private static final int P256_BITS = 256;
  private static final String APPLE_ID = "[A-Z0-9]{10}";

  /**
   * Checks the topic.
   *
   * @throws IllegalArgumentException when the topic is not valid
   */
  public ApnsSettings {
    if (!topic.matches("[A-Za-z0-9.-]{1,155}")) {
      throw new IllegalArgumentException(
          "must be the bundle id of the app, such as com.example.app");
    }
  }

  /**
   * Reads the key that Apple issues as {@code AuthKey_….p8}.
   *
   * @throws IllegalArgumentException when the text is not such a key, or an id is not valid; the
   *     message says which, and contains nothing of the key
   */
  public static ApnsSigningKey key(String p8, String teamId, String keyId) {
    if (!teamId.matches(APPLE_ID) || !keyId.matches(APPLE_ID)) {
      throw new IllegalArgumentException(
          "the key id and the team id must each be ten capital letters and digits, as Apple's"
              + " account pages show them");
    }
    ApnsSigningKey key;
    try {
      key =
          ApnsSigningKey.loadFromInputStream(
              new ByteArrayInputStream(p8.replace("\\n", "\n").getBytes(StandardCharsets.US_ASCII)),
              teamId,
              keyId);
    } catch (IOException
        | InvalidKeyException
        | NoSuchAlgorithmException
        | IllegalArgumentException e) {
      throw noKey();
    }
    if (key.getParams().getCurve().getField().getFieldSize() != P256_BITS) {
      throw noKey();
    }
    return key;
  }

  private static IllegalArgumentException noKey() {
    return new IllegalArgumentException(
        "not a key of APNs: AuthKey_….p8 as Apple issued it is expected, which begins with"
            + " -----BEGIN PRIVATE KEY----- and has a key of the curve P-256");
  }

  @Override
  public String toString() {
    return "APNs topic " + topic + " at " + host;
  }
}
