package io.broadcasty.transport.http;

import io.broadcasty.transport.edge.BearerChallenge;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;

/**
 * Adds the URL of this server's metadata to the challenges of resources. The request remembers it,
 * since an answer may be made on a thread that does not know the servlet's request.
 */
@Provider
public class ChallengeFilter implements ContainerRequestFilter, ContainerResponseFilter {

  private static final String URL = ChallengeFilter.class.getName();

  @SuppressWarnings("NullAway.Init") // by the container
  @Context
  private HttpServletRequest servletRequest;

  @Override
  public void filter(ContainerRequestContext request) {
    String url = BearerChallenge.metadataUrl(servletRequest);
    if (url != null) {
      request.setProperty(URL, url);
    }
  }

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    Object challenge = response.getHeaders().getFirst(BearerChallenge.HEADER);
    if (challenge instanceof String text
        && request.getProperty(URL) instanceof String url
        && !text.contains("resource_metadata")) {
      response.getHeaders().putSingle(BearerChallenge.HEADER, BearerChallenge.with(text, url));
    }
  }
}
