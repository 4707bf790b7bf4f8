package io.broadcasty.transport.body;

import io.broadcasty.wire.Problem;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers a request whose body was not read, on a thread that may block. */
public interface BodyAnswer {

  /** Writes the problem, and reports the answer. */
  void refuse(HttpServletResponse response, Problem problem) throws IOException;

  /** Reports that the client left before its body was whole. */
  void onGone();
}
