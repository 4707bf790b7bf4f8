package io.broadcasty.core.auth.jwt;

import io.broadcasty.core.hash.Hashes;
import java.nio.ByteBuffer;

/** The SHA-256 of a token's text: stands for the token where the token itself is not needed. */
record TokenHash(long first, long second, long third, long fourth) {

  static TokenHash of(String token) {
    ByteBuffer digest = ByteBuffer.wrap(Hashes.sha256(token));
    return new TokenHash(digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
  }
}
