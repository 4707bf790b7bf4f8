package io.broadcasty.transport.edge;

import com.google.errorprone.annotations.ThreadSafe;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Sets the headers that tell browsers what an answer must not be used for. */
@ThreadSafe
public final class SecurityHeaders {

  static final String POLICY = "Content-Security-Policy";

  /** For documents of the API, which load nothing; a browser that shows one runs nothing in it. */
  private static final String API = "default-src 'none'; frame-ancestors 'none'";

  /** For the demo page and its scripts: everything comes from this server, nothing is inline. */
  private static final String PAGE =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** For documents for people: a style sheet of this server, and no script. */
  private static final String DOCUMENT =
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  /**
   * For a service worker, whose own fetches its policy limits: the icons of its notifications may
   * come from anywhere.
   */
  private static final String WORKER =
      "default-src * data: blob:; script-src 'self'; frame-ancestors 'none'";

  /** A year. Not for subdomains, which may belong to others. */
  private static final String TRANSPORT_SECURITY = "max-age=31536000";

  private final ProxyHeaders proxies;

  SecurityHeaders(ClientAddressResolver addresses) {
    this.proxies = new ProxyHeaders(addresses);
  }

  /** Sets the headers of an answer of the API. */
  void ofApi(HttpServletRequest request, HttpServletResponse response) {
    set(request, response, API);
  }

  /** Sets the headers of a page, unless they are those of the API already. */
  void ofPage(HttpServletRequest request, HttpServletResponse response) {
    if (response.getHeader(POLICY) == null) {
      set(request, response, PAGE);
    }
  }

  /** Sets the policy of a document for people. */
  public static void ofDocument(HttpServletResponse response) {
    response.setHeader(POLICY, DOCUMENT);
  }

  /** Sets the policy of a service worker. */
  public static void ofWorker(HttpServletResponse response) {
    response.setHeader(POLICY, WORKER);
  }

  private void set(HttpServletRequest request, HttpServletResponse response, String policy) {
    response.setHeader(POLICY, policy);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("X-Frame-Options", "DENY"); // for browsers without frame-ancestors
    response.setHeader("Referrer-Policy", "no-referrer"); // a stream's address may contain a token
    if (request.isSecure() || proxies.isForwardedFromHttps(request)) {
      response.setHeader("Strict-Transport-Security", TRANSPORT_SECURITY);
    }
  }
}
