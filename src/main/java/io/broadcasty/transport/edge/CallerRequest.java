package io.broadcasty.transport.edge;

import io.broadcasty.auth.Caller;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * A request whose principal is the authenticated caller, as a MicroProfile {@code JsonWebToken}.
 * Who answers it asynchronously tells the listener of the answer, since the edge cannot look at it
 * any more: a server may have given the request and its response to somebody else by then.
 */
public final class CallerRequest extends HttpServletRequestWrapper {

  private final CallerJsonWebToken principal;
  private boolean answeredLater;

  CallerRequest(HttpServletRequest request, Caller caller) {
    super(request);
    this.principal = new CallerJsonWebToken(caller);
  }

  /** The caller behind a principal; null when it is none of ours. */
  public static @Nullable Caller caller(@Nullable Principal principal) {
    return principal instanceof CallerJsonWebToken token ? token.caller() : null;
  }

  /** Whether its answer is an asynchronous one. */
  boolean isAnsweredLater() {
    return answeredLater;
  }

  @Override
  public AsyncContext startAsync() {
    answeredLater = true;
    return super.startAsync();
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    answeredLater = true;
    return super.startAsync(request, response);
  }

  @Override
  public Principal getUserPrincipal() {
    return principal;
  }

  @Override
  public String getRemoteUser() {
    return principal.getName();
  }

  @Override
  public String getAuthType() {
    return "MP-JWT";
  }

  @Override
  public boolean isUserInRole(String role) {
    return principal.caller().roles().contains(role);
  }
}
