package io.broadcasty.admin.key;

import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.core.hash.Hashes;

/** Signs requests with the secret of an API key, and compares signatures in constant time. */
final class KeySignature {

  private KeySignature() {}

  /** Returns the signature of a request; the key is the secret's whole text, as it is shown. */
  static String of(SignedRequest request, KeySecret secret) {
    return Hashes.hmacSha256Hex(secret.token(), request.signedText());
  }

  /** Returns whether a request is signed with a secret. */
  static boolean isOf(SignedRequest request, KeySecret secret) {
    return Hashes.equal(of(request, secret), request.signature());
  }
}
