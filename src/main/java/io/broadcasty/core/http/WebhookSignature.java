package io.broadcasty.core.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.core.hash.Hashes;
import java.util.Base64;

/**
 * Signatures of messages by a secret that both sides know, as in <a
 * href="https://www.standardwebhooks.com">Standard Webhooks</a>.
 */
public final class WebhookSignature {

  /** What the text of a secret begins with; its bytes follow in base64. */
  public static final String SECRET_PREFIX = "whsec_";

  private static final int MIN_BYTES = 24;
  private static final int MAX_BYTES = 64;

  private WebhookSignature() {}

  /** Returns whether a text is a secret of 24 to 64 bytes. */
  public static boolean isSecret(String text) {
    if (!text.startsWith(SECRET_PREFIX)) {
      return false;
    }
    try {
      int length = Base64.getDecoder().decode(text.substring(SECRET_PREFIX.length())).length;
      return length >= MIN_BYTES && length <= MAX_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns what is signed of a message. */
  public static byte[] signed(String id, long seconds, String body) {
    return (id + "." + seconds + "." + body).getBytes(UTF_8);
  }

  /**
   * Returns the signature for {@code webhook-signature}, {@code v1,…}.
   *
   * @param secret its bytes
   */
  public static String sign(byte[] secret, byte[] signed) {
    return "v1," + Base64.getEncoder().encodeToString(Hashes.hmacSha256(secret, signed));
  }
}
