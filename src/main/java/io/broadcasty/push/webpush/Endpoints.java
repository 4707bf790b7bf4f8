package io.broadcasty.push.webpush;

import io.broadcasty.push.InvalidDeviceException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Keeps endpoints, which are URLs that clients name, from being a way into the network: https to
 * public addresses only, unless {@link AllowedHosts} says otherwise.
 *
 * <p>A name may lead elsewhere later, so it is looked up when a device registers and before each
 * sending. The JDK remembers what it found for longer than it then takes to connect; and where it
 * is told not to remember, a name led inside afterwards still has to show a certificate for itself
 * there before anything is sent (docs/adr/0017).
 */
final class Endpoints {

  private static final int MAX_CHARACTERS = 2048;

  private final AllowedHosts allowed;
  private final Resolver resolver;

  /** Looks names up, which blocks. */
  @FunctionalInterface
  interface Resolver {
    List<InetAddress> resolve(String host) throws UnknownHostException;

    static Resolver system() {
      return host -> List.of(InetAddress.getAllByName(host));
    }
  }

  Endpoints(AllowedHosts allowed, Resolver resolver) {
    this.allowed = allowed;
    this.resolver = resolver;
  }

  /**
   * Checks what can be seen of an endpoint without looking its host up.
   *
   * @throws InvalidDeviceException when it may not be sent to
   */
  URI parse(String endpoint) throws InvalidDeviceException {
    if (endpoint.length() > MAX_CHARACTERS) {
      throw new InvalidDeviceException(
          "the endpoint is longer than " + MAX_CHARACTERS + " characters");
    }
    URI uri;
    try {
      uri = new URI(endpoint);
    } catch (URISyntaxException e) {
      throw new InvalidDeviceException("the endpoint is not a URL");
    }
    if (uri.getScheme() == null
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawFragment() != null) {
      throw new InvalidDeviceException(
          "the endpoint must be a URL with a host, and without user or fragment");
    }
    if (allowed.isListed(uri)) {
      return uri;
    }
    if (!uri.getScheme().equalsIgnoreCase("https")) {
      throw new InvalidDeviceException("the endpoint must begin with https://");
    }
    if (uri.getPort() != -1 && uri.getPort() != 443) {
      throw new InvalidDeviceException("the endpoint must be on port 443");
    }
    if (!allowed.allows(uri.getHost())) {
      throw new InvalidDeviceException("the endpoint's host is none that is allowed here");
    }
    return uri;
  }

  /**
   * Looks the host up and refuses addresses that are not public; blocks.
   *
   * @throws InvalidDeviceException when one of its addresses is not public
   * @throws UnknownHostException when the host is not known now
   */
  void lookUp(URI endpoint) throws InvalidDeviceException, UnknownHostException {
    if (allowed.isListed(endpoint)) {
      return;
    }
    for (InetAddress address : resolver.resolve(endpoint.getHost())) {
      if (!PublicAddresses.isPublic(address)) {
        throw new InvalidDeviceException("the endpoint is not at a public address");
      }
    }
  }
}
