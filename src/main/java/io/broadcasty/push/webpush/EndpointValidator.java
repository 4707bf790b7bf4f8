package io.broadcasty.push.webpush;

import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.http.RefusedEndpointException;
import io.broadcasty.push.device.InvalidDeviceException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Checks the endpoints of devices, by {@link EndpointGuard}. */
final class EndpointValidator {

  /** The hosts of the services that browsers are known to use. */
  private static final Pattern BROWSERS =
      Pattern.compile(
          "fcm\\.googleapis\\.com|(.+\\.)?push\\.services\\.mozilla\\.com|.+\\.push\\.apple\\.com"
              + "|.+\\.notify\\.windows\\.com");

  private final EndpointGuard guard;

  EndpointValidator(AllowedHosts allowed, EndpointGuard.Resolver resolver) {
    this.guard = new EndpointGuard(allowed, resolver);
  }

  /**
   * Parses an endpoint and checks it without resolving its host.
   *
   * @throws InvalidDeviceException when it may not be sent to
   */
  URI parse(String endpoint) throws InvalidDeviceException {
    try {
      return guard.parse(endpoint);
    } catch (RefusedEndpointException e) {
      throw invalid(e);
    }
  }

  /** Returns whether an allowed endpoint is at a listed host, or at a browser's service. */
  boolean expects(URI endpoint) {
    return !guard.allowed().isEmpty()
        || BROWSERS.matcher(endpoint.getHost().toLowerCase(Locale.ROOT)).matches();
  }

  /**
   * Resolves the host and rejects addresses that are not public; blocks.
   *
   * @throws InvalidDeviceException when one of its addresses is not public
   * @throws UnknownHostException when the host cannot be resolved now
   */
  void requirePublicAddress(URI endpoint) throws InvalidDeviceException, UnknownHostException {
    try {
      guard.requirePublicAddress(endpoint);
    } catch (RefusedEndpointException e) {
      throw invalid(e);
    }
  }

  private static InvalidDeviceException invalid(RefusedEndpointException e) {
    return new InvalidDeviceException(String.valueOf(e.getMessage()));
  }
}
