package io.broadcasty.transport.body;

import io.broadcasty.wire.Problem;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Continues a request when its body has arrived, or answers it when the body is refused. */
public interface BodyAnswer {

  /**
   * Continues a request whose body has arrived after its head. The default has the server dispatch
   * it again, through servlets and JAX-RS resources. Called on the thread on which the server
   * reports the body.
   */
  default void onWhole(AsyncContext async) {
    async.dispatch();
  }

  /** Returns whether {@link #onWhole} dispatches the request. */
  default boolean isDispatching() {
    return true;
  }

  /** Returns why a body that has arrived is refused; null when it is not. */
  default @Nullable Problem fault(byte[] bytes, int length) {
    return null;
  }

  /** Writes the problem, and reports the answer; called on a thread that may block. */
  void refuse(HttpServletResponse response, Problem problem) throws IOException;

  /** Reports that the client left before its body was whole. */
  void onGone();
}
