package io.broadcasty.transport.edge;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which web pages may call. Safe for use by several threads. */
public final class Origins {

  private final boolean any;
  private final Set<String> allowed = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  public Origins(List<String> allowedOrigins) {
    this.any = allowedOrigins.contains("*");
    allowed.addAll(allowedOrigins);
  }

  /**
   * Whether a request is let in.
   *
   * @param origin the {@code Origin} header; null for clients that are no browsers, which are let
   *     in
   * @param host the {@code Host} header: a page of the server itself is always let in
   */
  public boolean allows(@Nullable String origin, @Nullable String host) {
    if (origin == null || any || allowed.contains(origin)) {
      return true;
    }
    return host != null && isOf(origin, host.toLowerCase(Locale.ROOT));
  }

  private static boolean isOf(String origin, String host) {
    try {
      URI uri = URI.create(origin.toLowerCase(Locale.ROOT));
      String authority = uri.getAuthority();
      if (authority == null) {
        return false;
      }
      int defaultPort = "https".equals(uri.getScheme()) ? 443 : 80;
      return authority.equals(host) || (authority + ":" + defaultPort).equals(host);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
