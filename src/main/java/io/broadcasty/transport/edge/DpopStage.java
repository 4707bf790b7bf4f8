package io.broadcasty.transport.edge;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.BearerTokens;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.PossessionProofs;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks the proof of a request whose token is bound to a key, and writes its challenges. */
@ThreadSafe
final class DpopStage {

  /** The header with the proof. */
  static final String PROOF = "DPoP";

  private static final System.Logger LOG = System.getLogger(DpopStage.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final PossessionProofs proofs;
  private final ProtectedResource resource;

  DpopStage(PossessionProofs proofs, ProtectedResource resource) {
    this.proofs = proofs;
    this.resource = resource;
  }

  /** Returns why a request is refused; null when its proof is valid. May block. */
  @Nullable Problem refusal(HttpServletRequest request, Caller caller) {
    List<String> lines = HeaderFields.lines(request, PROOF);
    String fault;
    if (lines.size() != 1) {
      fault = "send the header `DPoP` with a proof, once";
    } else {
      try {
        fault =
            proofs.fault(
                lines.get(0).strip(), request.getMethod(), resource.urlsOf(request), caller);
      } catch (AuthenticationUnavailableException e) {
        LOG.log(Level.DEBUG, "Cannot check a proof", e);
        return new Problem(Code.UNAVAILABLE, "proofs cannot be checked at the moment", RETRY_AFTER);
      }
    }
    return fault == null ? null : Problem.of(Code.UNAUTHORIZED, fault);
  }

  /**
   * Returns whether a problem is that a token is not bound to a key, or was sent without its proof.
   */
  static boolean isMissingProof(Problem problem) {
    String detail = problem.detail();
    return detail.equals(BearerTokens.BOUND) || detail.equals(BearerTokens.UNBOUND);
  }

  /**
   * Returns the challenge of a problem (section 7.1).
   *
   * @param error {@code invalid_token} or {@code invalid_dpop_proof}
   */
  String challenge(HttpServletRequest request, String error, Problem problem) {
    String challenge =
        BearerChallenge.of(BearerChallenge.DPOP, error, problem)
            + ", algs=\""
            + String.join(" ", PossessionProofs.ALGORITHMS)
            + "\"";
    return BearerChallenge.with(challenge, resource.metadataUrl(request));
  }
}
