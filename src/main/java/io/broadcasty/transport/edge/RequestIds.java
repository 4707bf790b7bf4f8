package io.broadcasty.transport.edge;

import io.broadcasty.core.request.RequestId;
import io.broadcasty.wire.TraceContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Gives each request an id: that of the header {@code X-Request-Id} or, without a valid one, the
 * trace of a valid {@code traceparent}, else a new one. The answer names it in {@code
 * X-Request-Id}.
 */
final class RequestIds {

  static final String HEADER = "X-Request-Id";

  private static final String ATTRIBUTE = RequestIds.class.getName();
  private static final int TRACE_BEGIN = 3;
  private static final int TRACE_END = 35;

  private RequestIds() {}

  /** Begins to serve a request, or continues with one that was put aside, on this thread. */
  static RequestId.Scope enter(HttpServletRequest request, HttpServletResponse response) {
    if (request.getAttribute(ATTRIBUTE) instanceof String known) {
      return RequestId.enter(known);
    }
    String id = id(request);
    request.setAttribute(ATTRIBUTE, id);
    response.setHeader(HEADER, id);
    return RequestId.enter(id);
  }

  private static String id(HttpServletRequest request) {
    String given = request.getHeader(HEADER);
    if (given != null && RequestId.isValid(given)) {
      return given;
    }
    String trace = request.getHeader(TraceContext.PARENT);
    return trace != null && TraceContext.isValidParent(trace)
        ? trace.substring(TRACE_BEGIN, TRACE_END)
        : RequestId.next();
  }
}
