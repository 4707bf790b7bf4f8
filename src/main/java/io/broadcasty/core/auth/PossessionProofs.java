package io.broadcasty.core.auth;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verifies proofs that the sender of a request has the key to which its token is bound (OAuth 2.0
 * Demonstrating Proof of Possession, RFC 9449, section 4.3).
 */
@ThreadSafe
@FunctionalInterface
public interface PossessionProofs {

  /** The algorithms by which a proof may be signed, in the order of preference. */
  List<String> ALGORITHMS =
      List.of("ES256", "ES384", "ES512", "EdDSA", "Ed25519", "PS256", "RS256");

  /**
   * Verifies the proof of a request, and uses it up. May block.
   *
   * @param proof the value of the header {@code DPoP}
   * @param urls any of which the proof may be for, without query and fragment
   * @param caller whose verified token the request has
   * @return why the proof is refused, in one sentence without any of its values; null when it is
   *     valid
   * @throws AuthenticationUnavailableException when it cannot be said now whether it was used
   */
  @Nullable String fault(String proof, String method, List<String> urls, Caller caller);
}
