package io.broadcasty.transport.body;

import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;

/**
 * The longest body: an array may be as long as a message, a single object as long as one
 * publication.
 *
 * @param maxBytes the longest array
 * @param maxSingleBytes the longest body that is not an array
 */
public record BodyCap(int maxBytes, int maxSingleBytes) {

  /** Returns the longest body that begins with these bytes. */
  public int of(byte[] begin, int length) {
    int known = ifKnown(begin, length);
    return known == 0 ? Math.min(maxBytes, maxSingleBytes) : known;
  }

  /** Returns the longest body that begins with these bytes; 0 while they are only white space. */
  int ifKnown(byte[] begin, int length) {
    for (int i = 0; i < length; i++) {
      if (begin[i] != ' ' && begin[i] != '\n' && begin[i] != '\r' && begin[i] != '\t') {
        return begin[i] == '[' ? maxBytes : Math.min(maxBytes, maxSingleBytes);
      }
    }
    return 0;
  }

  /** Returns the problem of a body that is longer than a cap. */
  public static Problem tooLarge(int cap) {
    return Problem.of(
        Code.PAYLOAD_TOO_LARGE,
        "the body is longer than " + cap + " bytes; send less, or a reference");
  }
}
