package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import org.jspecify.annotations.Nullable;

/** What the signature of a request says about its body. */
@FunctionalInterface
interface SignedBody {

  /** Returns why a body is not the one that its client has signed; null when it is. */
  @Nullable Problem fault(byte[] bytes, int length);

  /** Returns the body of a request that is signed with an API key. */
  static @Nullable SignedBody of(@Nullable SignedRequest signed) {
    return signed == null
        ? null
        : (bytes, length) ->
            signed.hasSigned(bytes, length)
                ? null
                : Problem.of(
                    Code.INVALID_SIGNATURE,
                    "the body does not have the SHA-256 that was signed as `"
                        + SignatureHeaders.BODY_HASH
                        + "`");
  }
}
