package io.broadcasty.core.http;

import com.google.errorprone.annotations.ThreadSafe;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The hosts to which requests may go whose URLs are supplied by others.
 *
 * <p>Without any entry, these are all hosts on the public Internet, by https on its default port.
 * With entries, only those hosts: {@code host.example.com} and {@code *.example.com} (any host with
 * this suffix) by https on the default port and at public addresses; an origin, such as {@code
 * http://localhost:9090}, exactly as it is written, at any address.
 */
@ThreadSafe
public final class AllowedHosts {

  @SuppressWarnings("ThreadSafe") // unmodifiable
  private final List<String> names;

  @SuppressWarnings("ThreadSafe") // unmodifiable
  private final List<String> suffixes;

  @SuppressWarnings("ThreadSafe") // unmodifiable
  private final List<String> origins;

  /**
   * Parses the entries.
   *
   * @throws IllegalArgumentException when an entry is not valid; the message names it
   */
  public AllowedHosts(List<String> entries) {
    List<String> exact = new ArrayList<>();
    List<String> endings = new ArrayList<>();
    List<String> places = new ArrayList<>();
    for (String entry : entries) {
      String text = entry.strip().toLowerCase(Locale.ROOT);
      if (text.matches("https?://[^/?#@\\s*]+")) {
        places.add(origin(URI.create(text)));
      } else if (text.matches("\\*\\.[a-z0-9.-]+")) {
        endings.add(text.substring(1));
      } else if (text.matches("[a-z0-9.-]+")) {
        exact.add(text);
      } else {
        throw new IllegalArgumentException(
            "`"
                + entry
                + "` is not a host; write push.example.com, *.example.com, or an origin such as"
                + " http://localhost:9090");
      }
    }
    this.names = List.copyOf(exact);
    this.suffixes = List.copyOf(endings);
    this.origins = List.copyOf(places);
  }

  /** Returns whether the endpoint's origin is listed as such, and so allowed at any address. */
  public boolean isListed(URI endpoint) {
    return origins.contains(origin(endpoint));
  }

  /** Returns whether a host may be sent to by https if its addresses are public. */
  public boolean allows(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return isEmpty() || names.contains(name) || suffixes.stream().anyMatch(name::endsWith);
  }

  /** Returns whether there is no entry, so that every public host is allowed. */
  public boolean isEmpty() {
    return names.isEmpty() && suffixes.isEmpty() && origins.isEmpty();
  }

  /** Returns scheme, host, and port where it is not the scheme's default (RFC 6454 section 6.2). */
  public static String origin(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    int port = uri.getPort();
    boolean usual = port < 0 || port == (scheme.equals("https") ? 443 : 80);
    return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + (usual ? "" : ":" + port);
  }
}
