package io.broadcasty.transport.http;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.http.HttpServletRequest;

/** The token by which a request has authenticated, for what exchanges it. */
final class CallerToken {

  private CallerToken() {}

  /** Returns the caller of a request. */
  static Caller caller(HttpServletRequest request) throws ProblemException {
    Caller caller = CallerRequest.caller(request.getUserPrincipal());
    if (caller == null) {
      throw new ProblemException(Code.UNAUTHORIZED, "send a token");
    }
    return caller;
  }

  /**
   * Returns the caller's token.
   *
   * @throws ProblemException when the request was signed instead, and there is none
   */
  static String of(Caller caller, HttpServletRequest request) throws ProblemException {
    String authorization = request.getHeader("Authorization");
    if (authorization != null && authorization.startsWith(SignedRequest.SCHEME)) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "this needs a token; a signed request has none to exchange");
    }
    return caller.token();
  }
}
