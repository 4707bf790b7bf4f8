package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.HttpAnswered;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.transport.body.BodyAnswer;
import io.broadcasty.transport.body.BodyOwner;
import io.broadcasty.transport.body.BodyRequest;
import io.broadcasty.transport.body.MediaType;
import io.broadcasty.transport.body.RequestBodies;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last stage of the edge: the body of a request whose caller is known. A request whose body has
 * not arrived yet is put aside, and continues when it has (docs/adr/0033).
 */
final class BodyStage {

  private final RequestBodies bodies;
  private final TenantSettingsLookup tenants;
  private final RealtimeListener listener;
  private final int prefixBits;

  /**
   * Creates the stage.
   *
   * @param prefixBits see {@link EdgeSettings}
   */
  BodyStage(
      RequestBodies bodies,
      TenantSettingsLookup tenants,
      RealtimeListener listener,
      int prefixBits) {
    this.prefixBits = prefixBits;
    this.bodies = bodies;
    this.tenants = tenants;
    this.listener = listener;
  }

  /**
   * Reads the body if something behind the edge reads it: only JSON is read.
   *
   * @param whole continues the request when its body has arrived later; null to have the server
   *     dispatch it again
   * @return false when the request was put aside
   * @throws ProblemException when the body is refused
   */
  boolean read(
      CallerRequest request,
      HttpServletResponse response,
      String address,
      @Nullable Consumer<AsyncContext> whole)
      throws ProblemException, IOException {
    if (!RequestBodies.isUnread(request)) {
      byte[] body = BodyRequest.bytes(request);
      Problem fault = fault(request, body, body.length);
      if (fault != null) {
        throw new ProblemException(fault);
      }
      return true;
    }
    boolean any = request.hasAnyMediaType();
    if (!any && !isJson(request)) {
      bodies.expectUnread(request, response);
      return true;
    }
    Caller caller = request.caller();
    BodyOwner owner =
        new BodyOwner(
            caller.tenant(),
            caller.subject(),
            ClientNetwork.of(address, prefixBits),
            any
                ? Integer.MAX_VALUE
                : EdgeSettings.maxSingleBytes(tenants.of(caller.tenant()).publish()));
    return bodies.read(request, response, owner, answer(request, whole));
  }

  /** Returns why a body is not the one that its client has signed; null when it is. */
  private static @Nullable Problem fault(CallerRequest request, byte[] bytes, int length) {
    SignedBody signed = request.signed();
    return signed == null ? null : signed.fault(bytes, length);
  }

  private static boolean isJson(HttpServletRequest request) {
    return Set.of("POST", "PATCH").contains(request.getMethod())
        && MediaType.isJson(request.getContentType());
  }

  /** Returns what answers a request whose body is refused or whose client leaves meanwhile. */
  private BodyAnswer answer(CallerRequest request, @Nullable Consumer<AsyncContext> whole) {
    long requestBytes = Math.max(0, request.getContentLengthLong());
    String metadataUrl = BearerChallenge.metadataUrl(request);
    return new BodyAnswer() {
      @Override
      public void onWhole(AsyncContext async) {
        if (whole == null) {
          BodyAnswer.super.onWhole(async);
        } else {
          whole.accept(async);
        }
      }

      @Override
      public boolean isDispatching() {
        return whole == null;
      }

      @Override
      public @Nullable Problem fault(byte[] bytes, int length) {
        return BodyStage.fault(request, bytes, length);
      }

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

  /** Serves a request that was put aside until its body arrived. */
  static void resume(
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain,
      RealtimeListener listener)
      throws IOException, ServletException {
    CallerRequest called = CallerRequest.find(request);
    if (called == null && !OpenBodies.wasPutAside(request)) {
      chain.doFilter(request, response); // dispatched by somebody else
      return;
    }
    if (called != null) {
      called.resume();
    }
    boolean failed = true;
    try {
      chain.doFilter(request, response);
      failed = false;
    } finally {
      RequestBodies.release(request);
      if (called == null || !called.isAnsweredLater()) {
        boolean broken = failed && !response.isCommitted();
        int status = broken ? HttpServletResponse.SC_INTERNAL_SERVER_ERROR : response.getStatus();
        listener.onHttpAnswered(
            new HttpAnswered(status, Math.max(0, request.getContentLengthLong())));
      }
    }
  }
}
