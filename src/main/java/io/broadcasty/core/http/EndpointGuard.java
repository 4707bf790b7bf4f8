package io.broadcasty.core.http;

import com.google.errorprone.annotations.ThreadSafe;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Protects the internal network from endpoints, which are URLs that clients and tenants supply:
 * only https to public addresses is allowed, unless {@link AllowedHosts} says otherwise.
 *
 * <p>A name may resolve to another address later, so it is resolved when an endpoint is registered
 * and before each request. The JDK caches the result for longer than it then takes to connect.
 * Where caching is disabled, an internal host that the name resolves to afterwards still has to
 * present a certificate for the name before anything is sent (docs/adr/0017).
 */
@ThreadSafe
public final class EndpointGuard {

  private static final int MAX_CHARACTERS = 2048;
  private static final int HTTPS_PORT = 443;

  private final AllowedHosts allowed;

  @SuppressWarnings("ThreadSafe") // resolvers are called by any thread
  private final Resolver resolver;

  /** Resolves host names; blocks. May be called by any thread. */
  @FunctionalInterface
  public interface Resolver {
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /** Returns the JDK's resolver. */
    static Resolver system() {
      return host -> List.of(InetAddress.getAllByName(host));
    }
  }

  public EndpointGuard(AllowedHosts allowed, Resolver resolver) {
    this.allowed = allowed;
    this.resolver = resolver;
  }

  /** Returns the hosts that are allowed. */
  public AllowedHosts allowed() {
    return allowed;
  }

  /**
   * Parses an endpoint and checks it without resolving its host.
   *
   * @throws RefusedEndpointException when no request may go to it
   */
  public URI parse(String endpoint) throws RefusedEndpointException {
    if (endpoint.length() > MAX_CHARACTERS) {
      throw new RefusedEndpointException(
          "the endpoint is longer than " + MAX_CHARACTERS + " characters");
    }
    URI uri;
    try {
      uri = new URI(endpoint);
    } catch (URISyntaxException e) {
      throw new RefusedEndpointException("the endpoint is not a URL");
    }
    if (uri.getScheme() == null
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawFragment() != null) {
      throw new RefusedEndpointException(
          "the endpoint must be a URL with a host, and without user or fragment");
    }
    if (allowed.isListed(uri)) {
      return uri;
    }
    if (!uri.getScheme().equalsIgnoreCase("https")) {
      throw new RefusedEndpointException("the endpoint must begin with https://");
    }
    if (uri.getPort() != -1 && uri.getPort() != HTTPS_PORT) {
      throw new RefusedEndpointException("the endpoint must be on port 443");
    }
    if (!allowed.allows(uri.getHost())) {
      throw new RefusedEndpointException("the endpoint's host is not on the list of allowed hosts");
    }
    return uri;
  }

  /**
   * Resolves the host and rejects addresses that are not public; blocks.
   *
   * @throws RefusedEndpointException when one of its addresses is not public
   * @throws UnknownHostException when the host cannot be resolved now
   */
  public void requirePublicAddress(URI endpoint)
      throws RefusedEndpointException, UnknownHostException {
    if (allowed.isListed(endpoint)) {
      return;
    }
    for (InetAddress address : resolver.resolve(endpoint.getHost())) {
      if (!PublicAddresses.isPublic(address)) {
        throw new RefusedEndpointException("the endpoint is not at a public address");
      }
    }
  }
}
