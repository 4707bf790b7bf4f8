package io.broadcasty.core.auth;

import io.broadcasty.core.hash.Hashes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a client has signed instead of sending a token: everything but the body, of which it has
 * signed the hash. The protocol describes it ("How does a machine sign a request?").
 *
 * @param keyId whose secret has signed, as sent
 * @param signature as sent: HMAC-SHA256 of {@link #signedText}, in hexadecimal digits
 * @param path as sent, with its escapes
 * @param query as sent, with its escapes; null for none
 * @param bodySha256 the SHA-256 that the body must have, in hexadecimal digits
 * @param timestamp in seconds since 1970, as sent
 * @param nonce as sent
 */
public record SignedRequest(
    String keyId,
    String signature,
    String method,
    String path,
    @Nullable String query,
    String bodySha256,
    String timestamp,
    String nonce) {

  /** The authentication scheme, and the first line of what is signed. */
  public static final String SCHEME = "Broadcasty-HMAC-SHA256";

  /** The hash of a body without bytes. */
  public static final String EMPTY_SHA256 = Hashes.sha256Hex("");

  /** Returns the text that is signed, in UTF-8. */
  public String signedText() {
    return String.join("\n", SCHEME, method, path, sorted(query), bodySha256, timestamp, nonce);
  }

  /** Sorts the parameters, which proxies may reorder, by their text as it was sent. */
  private static String sorted(@Nullable String query) {
    if (query == null) {
      return "";
    }
    String[] parameters = query.split("&", -1);
    Arrays.sort(parameters);
    return String.join("&", parameters);
  }

  /** Returns whether a body is the one that was signed. */
  public boolean hasSigned(byte[] body, int length) {
    return Hashes.equal(Hashes.sha256Hex(body, length), bodySha256);
  }

  /** Omits the signature and the query. */
  @Override
  public String toString() {
    return "SignedRequest[" + keyId + "]";
  }
}
