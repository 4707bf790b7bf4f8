package io.broadcasty.transport.edge;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides which web pages may call the server. */
@ThreadSafe
public final class OriginPolicy {

  private static final Pattern ORIGIN =
      Pattern.compile("(https?)://([^/:@?#\\s\\[\\]]+|\\[[0-9a-f:.]+])(:[0-9]+)?/?");

  private final boolean any;
  private final Set<String> allowed;

  /**
   * Creates a check of origins.
   *
   * @param allowedOrigins such as {@code https://app.example}; {@code *} for any
   */
  public OriginPolicy(List<String> allowedOrigins) {
    this.any = allowedOrigins.contains("*");
    this.allowed =
        allowedOrigins.stream().map(OriginPolicy::normalized).collect(Collectors.toSet());
  }

  /**
   * Returns whether a request is allowed.
   *
   * @param origin the {@code Origin} header; null for clients that are no browsers, which are
   *     allowed
   * @param host the {@code Host} header: a page of the server itself is always allowed
   */
  public boolean allows(@Nullable String origin, @Nullable String host) {
    if (origin == null || any) {
      return true;
    }
    String normalized = normalized(origin);
    return allowed.contains(normalized)
        || (host != null
            && ORIGIN.matcher(normalized).matches()
            && (normalized.equals(normalized("https://" + host))
                || normalized.equals(normalized("http://" + host))));
  }

  /**
   * Returns the origin in lower case and without the scheme's default port (RFC 6454, section 4).
   */
  private static String normalized(String origin) {
    Matcher parts = ORIGIN.matcher(origin.toLowerCase(Locale.ROOT));
    if (!parts.matches()) {
      return origin;
    }
    String port = parts.group(3);
    String defaultPort = parts.group(1).equals("https") ? ":443" : ":80";
    return parts.group(1)
        + "://"
        + parts.group(2)
        + (port == null || port.equals(defaultPort) ? "" : port);
  }
}
