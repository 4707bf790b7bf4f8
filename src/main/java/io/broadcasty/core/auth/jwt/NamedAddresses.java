package io.broadcasty.core.auth.jwt;

import io.broadcasty.core.http.PublicAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Checks addresses that a document of an issuer names, so that whoever can change the document
 * cannot have this server call the internal network: they are on the document's own host, or at
 * public addresses, and never less protected than the document itself.
 */
final class NamedAddresses {

  private final Resolver resolver;

  /** Resolves host names; blocks. */
  @FunctionalInterface
  interface Resolver {
    List<InetAddress> resolve(String host) throws UnknownHostException;
  }

  NamedAddresses(Resolver resolver) {
    this.resolver = resolver;
  }

  static NamedAddresses system() {
    return new NamedAddresses(host -> List.of(InetAddress.getAllByName(host)));
  }

  /**
   * Returns an address that a document names.
   *
   * @param member the name of the member, for messages
   * @throws IOException when it is missing or may not be called
   */
  URI require(URI document, String member, @Nullable Object value) throws IOException {
    if (!(value instanceof String text)) {
      throw new IOException("the document has no " + member);
    }
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IOException(member + " is no URL", e);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw new IOException(member + " must be a URL with a host, and without user or fragment");
    }
    boolean sameHost = uri.getHost().equalsIgnoreCase(document.getHost());
    boolean asProtected =
        scheme.equals("https")
            || (scheme.equals("http") && sameHost && "http".equalsIgnoreCase(document.getScheme()));
    if (!asProtected) {
      throw new IOException(member + " must begin with https:");
    }
    if (!sameHost) {
      for (InetAddress address : resolver.resolve(uri.getHost())) {
        if (!PublicAddresses.isPublic(address)) {
          throw new IOException(
              member + " is on another host than the document, and not at a public address");
        }
      }
    }
    return uri;
  }
}
