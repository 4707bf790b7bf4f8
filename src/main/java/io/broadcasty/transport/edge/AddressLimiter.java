package io.broadcasty.transport.edge;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.ratelimit.RateKey;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * The first check of every request: determines the client's address, refuses what others may have
 * read, and limits the requests of the address, each request once.
 */
@ThreadSafe
final class AddressLimiter {

  private static final String COUNTED = "broadcasty.address-counted";

  private final RateLimiter limits;
  private final int prefixBits;

  private final ProxyHeaders proxies;
  private final boolean tlsRequired;

  AddressLimiter(RateLimiter limits, EdgeSettings settings) {
    this.limits = limits;
    this.prefixBits = settings.ipv6PrefixBits();
    this.proxies = new ProxyHeaders(new ClientAddressResolver(settings.trustedProxies()));
    this.tlsRequired = settings.tlsRequired();
  }

  /**
   * Counts a request for its address, and remembers the address with it.
   *
   * @param ping whether it is a ping, which has a limit of its own, so that it is answered whatever
   *     else comes from the same address
   * @return why the request is refused; null when it is within the limit or was counted before
   */
  @Nullable Problem refusal(
      HttpServletRequest request, HttpServletResponse response, boolean ping) {
    if (request.getAttribute(COUNTED) != null) {
      return null;
    }
    request.setAttribute(COUNTED, true);
    String address = proxies.clientAddress(request);
    ClientAddress.set(request, address);
    if (tlsRequired && !proxies.isPrivate(request)) {
      return Problem.of(
          Code.TLS_REQUIRED,
          "use https; if a proxy ends TLS, list it in BROADCASTY_TRUSTED_PROXIES and let it send"
              + " X-Forwarded-Proto");
    }
    if (!limits.isEnabled()) {
      return null;
    }
    String network = ClientNetwork.of(address, prefixBits);
    RateLimiter.Verdict verdict =
        limits.tryAcquire(ping ? RateKey.ofPing(network) : RateKey.ofAddress(network), 1);
    ProblemWriter.rateLimit(response, verdict);
    return verdict.granted() ? null : ProblemMapper.throttled(verdict);
  }
}
