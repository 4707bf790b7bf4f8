package io.broadcasty.transport.edge;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Lets scrapers read the meters, who have no token of an issuer. */
public final class Scrapers {

  private static final String PATH = "/broadcasty/metrics";
  private static final String ADMITTED = "broadcasty.scraper";

  private final MetricsAccess access;

  Scrapers(MetricsAccess access) {
    this.access = access;
  }

  /**
   * Whether the request may read the meters without a caller; if so, it bears a mark of it.
   *
   * @param path below the context root, as it was asked for
   * @param token null when there is none
   */
  boolean admit(HttpServletRequest request, String path, @Nullable String token) {
    if (!path.equals(PATH) || !(access.open() || isSecret(token))) {
      return false;
    }
    request.setAttribute(ADMITTED, true);
    return true;
  }

  private boolean isSecret(@Nullable String token) {
    String secret = access.token();
    return secret != null
        && token != null
        && MessageDigest.isEqual(secret.getBytes(UTF_8), token.getBytes(UTF_8));
  }

  /** Whether this request bears the mark. */
  public static boolean isAdmitted(HttpServletRequest request) {
    return request.getAttribute(ADMITTED) != null;
  }
}
