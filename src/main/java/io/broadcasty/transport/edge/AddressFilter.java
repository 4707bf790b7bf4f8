package io.broadcasty.transport.edge;

import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.wire.Problem;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Limits the requests of an address for everything that {@link EdgeFilter} does not see, files and
 * paths that do not exist, and answers the methods that these do not have. {@link EdgeFilter} does
 * so for the rest.
 *
 * <p>A request that both filters see is counted once, whichever of them comes first.
 */
@WebFilter(urlPatterns = "/*", asyncSupported = true, filterName = "broadcasty-address")
public class AddressFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  /** What a server may serve within the application; an overload must not look like a failure. */
  private static final Set<String> SERVERS_OWN =
      Set.of("/health", "/health/live", "/health/ready", "/health/started", "/metrics");

  @Inject private transient EdgeSettings settings;
  @Inject private transient RateLimiter limits;

  private transient @Nullable AddressLimiter addresses;
  private transient @Nullable SecurityHeaders headers;

  @Override
  public void init() {
    addresses = new AddressLimiter(limits, settings);
    headers = new SecurityHeaders(new ClientAddressResolver(settings.trustedProxies()));
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String path = decodedPath(request);
    if (addresses != null
        && headers != null
        && !EdgeFilter.sees(path)
        && !SERVERS_OWN.contains(path)) {
      Problem refusal = addresses.refusal(request, response, false);
      if (refusal == null) {
        refusal = AllowedMethods.refusal(request.getMethod(), AllowedMethods.OF_FILES, response);
      }
      if (refusal != null) {
        headers.ofApi(request, response);
        response.setHeader("Cache-Control", "no-store");
        ProblemWriter.write(request, response, refusal);
        return;
      }
    }
    chain.doFilter(request, response);
  }

  /** Returns the path by which the container finds filters and servlets. */
  private static String decodedPath(HttpServletRequest request) {
    String info = request.getPathInfo();
    return info == null ? request.getServletPath() : request.getServletPath() + info;
  }
}
