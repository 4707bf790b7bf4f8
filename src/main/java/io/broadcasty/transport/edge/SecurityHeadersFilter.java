package io.broadcasty.transport.edge;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Sets the security headers of every answer: of the demo page, scripts, and paths that do not
 * exist. {@link EdgeFilter} sets those of the data plane, before or after this filter, since the
 * order of the two is the server's.
 */
@WebFilter(urlPatterns = "/*", asyncSupported = true, filterName = "broadcasty-security-headers")
public class SecurityHeadersFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  @Inject private transient EdgeSettings settings;

  private transient @Nullable SecurityHeaders headers;

  @Override
  public void init() {
    headers = new SecurityHeaders(new ClientAddressResolver(settings.trustedProxies()));
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (headers != null) {
      headers.ofPage(request, response);
    }
    chain.doFilter(request, response);
  }
}
