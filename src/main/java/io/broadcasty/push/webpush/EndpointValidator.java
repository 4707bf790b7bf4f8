package io.broadcasty.push.webpush;

import io.broadcasty.core.http.PublicAddresses;
import io.broadcasty.push.device.InvalidDeviceException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Protects the internal network from endpoints, which are URLs that clients supply: only https to
 * public addresses is allowed, unless {@link AllowedHosts} says otherwise.
 *
 * <p>A name may resolve to another address later, so it is resolved when a device registers and
 * before each send. The JDK caches the result for longer than it then takes to connect. Where
 * caching is disabled, an internal host that the name resolves to afterwards still has to present a
 * certificate for the name before anything is sent (docs/adr/0017).
 */
final class EndpointValidator {

  private static final int MAX_CHARACTERS = 2048;

  private final AllowedHosts allowed;
  private final Resolver resolver;

  /** Resolves host names; blocks. */
  @FunctionalInterface
  interface Resolver {
    List<InetAddress> resolve(String host) throws UnknownHostException;

    static Resolver system() {
      return host -> List.of(InetAddress.getAllByName(host));
    }
  }

  EndpointValidator(AllowedHosts allowed, Resolver resolver) {
    this.allowed = allowed;
    this.resolver = resolver;
  }

  /**
   * Parses an endpoint and checks it without resolving its host.
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
      throw new InvalidDeviceException("the endpoint's host is not on the list of allowed hosts");
    }
    return uri;
  }

  /** Returns whether an endpoint is at a service that an operator has listed, or of a browser. */
  boolean expects(URI endpoint) {
    return allowed.expects(endpoint);
  }

  /**
   * Resolves the host and rejects addresses that are not public; blocks.
   *
   * @throws InvalidDeviceException when one of its addresses is not public
   * @throws UnknownHostException when the host cannot be resolved now
   */
  void requirePublicAddress(URI endpoint) throws InvalidDeviceException, UnknownHostException {
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
