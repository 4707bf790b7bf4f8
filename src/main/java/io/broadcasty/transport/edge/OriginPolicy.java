package io.broadcasty.transport.edge;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks whether pages of an origin may call this server. */
@ThreadSafe
public final class OriginPolicy {

  private static final Pattern ORIGIN =
      Pattern.compile("(https?)://([^/:@?#*\\s\\[\\]]+|\\[[0-9a-f:.]+])(:[0-9]+)?/?");

  /** Of apps and extensions, as browsers write them: capacitor://localhost. */
  private static final Pattern OF_APP =
      Pattern.compile("(?!https?:)[a-z][a-z0-9+.-]*://[^/:@?#*\\s\\[\\]]+(:[0-9]+)?/?");

  /** All subdomains of a domain, but not the domain itself. */
  private static final Pattern SUBDOMAINS =
      Pattern.compile("(https?)://\\*\\.([^/:@?#*\\s\\[\\]]+\\.[^/:@?#*\\s\\[\\]]+)(:[0-9]+)?/?");

  /** A header's name (RFC 9110, section 5.6.2). */
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

  private final boolean any;

  @SuppressWarnings("ThreadSafe") // immutable
  private final Set<String> allowed;

  /** Of subdomains: what stands before and behind the names. */
  @SuppressWarnings("ThreadSafe") // immutable
  private final List<Subdomains> domains;

  private record Subdomains(String scheme, String domain) {
    boolean contains(String origin) {
      return origin.length() > scheme.length() + domain.length()
          && origin.startsWith(scheme)
          && origin.endsWith(domain);
    }
  }

  /**
   * Creates a check of origins.
   *
   * @param allowedOrigins such as {@code https://app.example}, {@code https://*.app.example} for
   *     all subdomains, {@code capacitor://localhost}; {@code *} for any
   */
  public OriginPolicy(List<String> allowedOrigins) {
    this.any = allowedOrigins.contains("*");
    Set<String> exact = new HashSet<>();
    List<Subdomains> subdomains = new ArrayList<>();
    for (String origin : allowedOrigins) {
      Matcher parts = SUBDOMAINS.matcher(origin.toLowerCase(Locale.ROOT));
      if (parts.matches()) {
        String suffix = normalized(parts.group(1) + "://" + parts.group(2) + port(parts));
        String scheme = parts.group(1) + "://";
        subdomains.add(new Subdomains(scheme, "." + suffix.substring(scheme.length())));
      } else if (!origin.equals("*")) {
        exact.add(normalized(origin));
      }
    }
    this.allowed = Set.copyOf(exact);
    this.domains = List.copyOf(subdomains);
  }

  private static String port(Matcher parts) {
    return parts.group(3) == null ? "" : parts.group(3);
  }

  /** Returns whether a text can be the name of a header, or {@code *}. */
  public static boolean isHeader(String text) {
    return HEADER.matcher(text).matches();
  }

  /** Returns whether a text can be an allowed origin. */
  public static boolean isOrigin(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return text.equals("*")
        || ORIGIN.matcher(lower).matches()
        || OF_APP.matcher(lower).matches()
        || SUBDOMAINS.matcher(lower).matches();
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
    return isListed(origin) || (host != null && isOf(origin, host));
  }

  /** Returns whether an origin is that of a host, over either scheme. */
  boolean isOf(String origin, String host) {
    String normalized = normalized(origin);
    return ORIGIN.matcher(normalized).matches()
        && (normalized.equals(normalized("https://" + host))
            || normalized.equals(normalized("http://" + host)));
  }

  /**
   * Returns whether an origin is in the list, other than by {@code *}: only its pages may send
   * credentials that a browser adds by itself.
   */
  boolean isListed(String origin) {
    String normalized = normalized(origin);
    return allowed.contains(normalized)
        || (ORIGIN.matcher(normalized).matches()
            && domains.stream().anyMatch(each -> each.contains(normalized)));
  }

  /**
   * Returns the origin in lower case and without the scheme's default port (RFC 6454, section 4).
   */
  private static String normalized(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    Matcher parts = ORIGIN.matcher(lower);
    if (!parts.matches()) {
      return OF_APP.matcher(lower).matches() ? lower.replaceFirst("/$", "") : origin;
    }
    String port = parts.group(3);
    String defaultPort = parts.group(1).equals("https") ? ":443" : ":80";
    return parts.group(1)
        + "://"
        + parts.group(2)
        + (port == null || port.equals(defaultPort) ? "" : port);
  }
}
