package io.broadcasty.push.webpush;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The hosts to which Web Push messages may be sent.
 *
 * <p>Without any entry, these are all hosts on the public Internet, by https on its default port.
 * With entries, only those hosts: {@code host.example.com} and {@code *.example.com} (any host with
 * this suffix) by https on the default port and at public addresses; an origin, such as {@code
 * http://localhost:9090}, exactly as it is written, at any address.
 */
public final class AllowedHosts {

  /** The hosts of the services that browsers are known to use. */
  private static final Pattern BROWSERS =
      Pattern.compile(
          "fcm\\.googleapis\\.com|(.+\\.)?push\\.services\\.mozilla\\.com|.+\\.push\\.apple\\.com"
              + "|.+\\.notify\\.windows\\.com");

  private final List<String> names = new ArrayList<>();
  private final List<String> suffixes = new ArrayList<>();
  private final List<String> origins = new ArrayList<>();

  /**
   * Parses the entries.
   *
   * @throws IllegalArgumentException when an entry is not valid; the message names it
   */
  public AllowedHosts(List<String> entries) {
    for (String entry : entries) {
      String text = entry.strip().toLowerCase(Locale.ROOT);
      if (text.matches("https?://[^/?#@\\s*]+")) {
        origins.add(origin(URI.create(text)));
      } else if (text.matches("\\*\\.[a-z0-9.-]+")) {
        suffixes.add(text.substring(1));
      } else if (text.matches("[a-z0-9.-]+")) {
        names.add(text);
      } else {
        throw new IllegalArgumentException(
            "`"
                + entry
                + "` is not a host; write push.example.com, *.example.com, or an origin such as"
                + " http://localhost:9090");
      }
    }
  }

  /** Returns whether the endpoint's origin is listed as such, and so allowed at any address. */
  boolean isListed(URI endpoint) {
    return origins.contains(origin(endpoint));
  }

  /** Returns whether a host may be sent to by https if its addresses are public. */
  boolean allows(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return (names.isEmpty() && suffixes.isEmpty() && origins.isEmpty())
        || names.contains(name)
        || suffixes.stream().anyMatch(name::endsWith);
  }

  /** Returns whether an allowed endpoint is at a listed host, or at a browser's service. */
  boolean expects(URI endpoint) {
    boolean any = names.isEmpty() && suffixes.isEmpty() && origins.isEmpty();
    return !any || BROWSERS.matcher(endpoint.getHost().toLowerCase(Locale.ROOT)).matches();
  }

  /** Returns scheme, host, and port where it is not the scheme's default (RFC 6454 section 6.2). */
  static String origin(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    int port = uri.getPort();
    boolean usual = port < 0 || port == (scheme.equals("https") ? 443 : 80);
    return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + (usual ? "" : ":" + port);
  }
}
