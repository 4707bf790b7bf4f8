package io.broadcasty.admin.key;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.core.auth.SignedRequest;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs requests with the secret of an API key, and compares signatures in constant time. */
final class KeySignature {

  private static final String ALGORITHM = "HmacSHA256";

  private KeySignature() {}

  /** Returns the signature of a request; the key is the secret's whole text, as it is shown. */
  static String of(SignedRequest request, KeySecret secret) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.token().getBytes(US_ASCII), ALGORITHM));
      return HexFormat.of().formatHex(mac.doFinal(request.signedText().getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + ALGORITHM, e);
    }
  }

  /** Returns whether a request is signed with a secret. */
  static boolean isOf(SignedRequest request, KeySecret secret) {
    return MessageDigest.isEqual(
        of(request, secret).getBytes(US_ASCII), request.signature().getBytes(US_ASCII));
  }
}
