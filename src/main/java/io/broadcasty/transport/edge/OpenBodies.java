package io.broadcasty.transport.edge;

import io.broadcasty.core.lifecycle.ConnectionEvent.HttpAnswered;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.transport.body.BodyAnswer;
import io.broadcasty.transport.body.BodyOwner;
import io.broadcasty.transport.body.RequestBodies;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * The bodies of requests that need no token, since what they send proves itself: the logout tokens
 * of identity providers. They count for the client's address.
 */
final class OpenBodies {

  /** Where identity providers say that a user has logged out. */
  static final String LOGOUT_PATH = "/broadcasty/backchannel-logout";

  /** The longest body: a form with a token of the greatest length that any limit allows. */
  private static final int MAX_BYTES = 80 * 1024;

  private static final String PUT_ASIDE = OpenBodies.class.getName();

  private final RequestBodies bodies;
  private final RealtimeListener listener;
  private final int prefixBits;

  /**
   * @param prefixBits see {@link EdgeSettings}
   */
  OpenBodies(RequestBodies bodies, RealtimeListener listener, int prefixBits) {
    this.bodies = bodies;
    this.listener = listener;
    this.prefixBits = prefixBits;
  }

  /**
   * Reads a body.
   *
   * @return false when the request was put aside; the server dispatches it again
   * @throws ProblemException when the body is refused
   */
  boolean read(HttpServletRequest request, HttpServletResponse response)
      throws ProblemException, IOException {
    String network = ClientNetwork.of(ClientAddress.of(request), prefixBits);
    request.setAttribute(PUT_ASIDE, true); // before the body can come, on another thread
    boolean whole =
        bodies.read(request, response, BodyOwner.ofAddress(network, MAX_BYTES), answer(request));
    if (whole) {
      request.removeAttribute(PUT_ASIDE);
    }
    return whole;
  }

  /** Returns whether a request was put aside until its body had arrived. */
  static boolean wasPutAside(ServletRequest request) {
    return request.getAttribute(PUT_ASIDE) != null;
  }

  private BodyAnswer answer(HttpServletRequest request) {
    long requestBytes = Math.max(0, request.getContentLengthLong());
    String metadataUrl = BearerChallenge.metadataUrl(request);
    return new BodyAnswer() {
      @Override
      public void refuse(HttpServletResponse response, Problem problem) throws IOException {
        listener.onHttpAnswered(new HttpAnswered(problem.code().httpStatus(), requestBytes));
        ProblemWriter.writeLater(response, problem, metadataUrl);
      }

      @Override
      public void onGone() {
        listener.onHttpAnswered(new HttpAnswered(HttpServletResponse.SC_BAD_REQUEST, requestBytes));
      }
    };
  }
}
