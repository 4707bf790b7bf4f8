package io.broadcasty.transport.edge;

import io.broadcasty.core.hash.Hashes;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/** Lets scrapers, which have no token of an issuer, read the meters. */
public final class ScraperAccess {

  private static final String PATH = "/broadcasty/metrics";
  private static final String ADMITTED = "broadcasty.scraper";

  private final MetricsAccess access;

  ScraperAccess(MetricsAccess access) {
    this.access = access;
  }

  /**
   * Returns whether the request may read the meters without a caller, and marks the request if so.
   *
   * @param path below the context root, as requested
   * @param token null when there is none
   */
  boolean admit(HttpServletRequest request, String path, @Nullable String token) {
    if (!access.served() || !path.equals(PATH) || !(access.open() || isSecret(token))) {
      return false;
    }
    request.setAttribute(ADMITTED, true);
    return true;
  }

  private boolean isSecret(@Nullable String token) {
    String secret = access.token();
    return secret != null && token != null && Hashes.equal(secret, token);
  }

  /** Returns whether this request has the mark. */
  public static boolean isAdmitted(HttpServletRequest request) {
    return request.getAttribute(ADMITTED) != null;
  }
}
