package io.broadcasty.core.rbac.callback;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret that signs requests as Standard Webhooks has it (spec version 1, "Signature scheme"):
 * HMAC-SHA256 over id, time and body. Its text is {@code whsec_} and 24 to 64 bytes in base64.
 */
public final class CallbackSecret {

  private static final String PREFIX = "whsec_";
  private static final int MIN_BYTES = 24;
  private static final int MAX_BYTES = 64;
  private static final String HMAC = "HmacSHA256";

  private final SecretKeySpec key;

  /**
   * Parses a secret.
   *
   * @throws IllegalArgumentException when the text is none; the message does not contain it
   */
  public CallbackSecret(String text) {
    byte[] bytes = new byte[0];
    if (text.startsWith(PREFIX)) {
      try {
        bytes = Base64.getDecoder().decode(text.substring(PREFIX.length()));
      } catch (IllegalArgumentException e) {
        bytes = new byte[0]; // said below, without the text
      }
    }
    if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "each secret must be whsec_ and 24 to 64 bytes in base64; make one with: echo"
              + " whsec_$(openssl rand -base64 32)");
    }
    this.key = new SecretKeySpec(bytes, HMAC);
  }

  /** Returns the value of {@code webhook-signature}, with a signature for each secret. */
  static String sign(List<CallbackSecret> secrets, String id, long seconds, String body) {
    byte[] signed = (id + "." + seconds + "." + body).getBytes(UTF_8);
    return secrets.stream()
        .map(secret -> "v1," + Base64.getEncoder().encodeToString(secret.hmac(signed)))
        .collect(Collectors.joining(" "));
  }

  private byte[] hmac(byte[] signed) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      return mac.doFinal(signed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + HMAC, e);
    }
  }

  /** Omits the secret. */
  @Override
  public String toString() {
    return "CallbackSecret";
  }
}
