package io.broadcasty.transport.edge;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;

/** Answers browsers whose pages are of another origin (the Fetch standard, CORS protocol). */
final class CrossOrigin {

  /**
   * The headers that pages may send: those of this protocol, of traces, and those that clients of
   * event streams and of HTTP add by themselves.
   */
  private static final List<String> HEADERS =
      List.of(
          "Authorization",
          DpopStage.PROOF,
          "Content-Type",
          "If-Match",
          "Last-Event-ID",
          "Cache-Control",
          "Pragma",
          "X-Requested-With",
          "X-CSRF-TOKEN", // Laravel Echo sends these two
          "X-Socket-ID",
          RequestIds.HEADER,
          "traceparent",
          "tracestate",
          "baggage",
          "sentry-trace",
          "b3",
          ReplayGuard.NONCE,
          ReplayGuard.TIMESTAMP);

  private static final int MAX_REQUESTED = 64;

  private final OriginPolicy origins;
  private final boolean anyHeader;
  private final String headers;

  /**
   * Creates the answers.
   *
   * @param settings name the headers besides those that are always allowed
   */
  CrossOrigin(OriginPolicy origins, EdgeSettings settings) {
    this.origins = origins;
    this.anyHeader = settings.allowedHeaders().contains("*");
    List<String> names = new ArrayList<>(HEADERS);
    if (settings.tenantHeader() != null) {
      names.add(settings.tenantHeader());
    }
    settings.allowedHeaders().stream().filter(name -> !name.equals("*")).forEach(names::add);
    this.headers = String.join(", ", names);
  }

  /** Lets a page of an allowed origin read the answer. */
  void allow(String origin, HttpServletResponse response) {
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.addHeader("Vary", "Origin");
    response.setHeader(
        "Access-Control-Expose-Headers",
        "Date, ETag, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, "
            + RequestIds.HEADER);
    if (origins.isListed(origin)) { // never by *, which would be any page's
      response.setHeader("Access-Control-Allow-Credentials", "true");
    }
  }

  /** Sets the headers of the answer to a preflight. */
  void preflight(HttpServletRequest request, HttpServletResponse response) {
    response.setHeader("Access-Control-Allow-Methods", "GET, HEAD, POST, PATCH, DELETE, OPTIONS");
    response.setHeader("Access-Control-Allow-Headers", anyHeader ? requested(request) : headers);
    response.addHeader("Vary", "Access-Control-Request-Headers");
    response.setHeader("Access-Control-Max-Age", "600");
  }

  private String requested(HttpServletRequest request) {
    List<String> names =
        HeaderFields.elements(request, "Access-Control-Request-Headers").stream()
            .filter(OriginPolicy::isHeader)
            .limit(MAX_REQUESTED)
            .toList();
    return names.isEmpty() ? headers : String.join(", ", names);
  }
}
