package io.broadcasty.core.rbac.callback;

import io.broadcasty.core.http.WebhookSignature;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A secret that signs requests as Standard Webhooks has it (spec version 1, "Signature scheme"):
 * HMAC-SHA256 over id, time and body. Its text is {@code whsec_} and 24 to 64 bytes in base64.
 */
public final class CallbackSecret {

  private final byte[] bytes;

  /**
   * Parses a secret.
   *
   * @throws IllegalArgumentException when the text is none; the message does not contain it
   */
  public CallbackSecret(String text) {
    if (!WebhookSignature.isSecret(text)) {
      throw new IllegalArgumentException(
          "each secret must be whsec_ and 24 to 64 bytes in base64; make one with: echo"
              + " whsec_$(openssl rand -base64 32)");
    }
    this.bytes =
        Base64.getDecoder().decode(text.substring(WebhookSignature.SECRET_PREFIX.length()));
  }

  /** Returns the value of {@code webhook-signature}, with a signature for each secret. */
  static String sign(List<CallbackSecret> secrets, String id, long seconds, String body) {
    byte[] signed = WebhookSignature.signed(id, seconds, body);
    return secrets.stream()
        .map(secret -> WebhookSignature.sign(secret.bytes, signed))
        .collect(Collectors.joining(" "));
  }

  /** Omits the secret. */
  @Override
  public String toString() {
    return "CallbackSecret";
  }
}
