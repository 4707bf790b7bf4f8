package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.Caller;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * A request whose principal is the authenticated caller, as a MicroProfile {@code JsonWebToken}.
 *
 * <p>Code that answers it asynchronously notifies the listener of the answer itself. The edge
 * cannot read the response any more, since a server may already have reused the request and its
 * response.
 */
public final class CallerRequest extends HttpServletRequestWrapper {

  private final CallerJsonWebToken principal;
  private boolean answeredLater;

  CallerRequest(HttpServletRequest request, Caller caller) {
    super(request);
    this.principal = new CallerJsonWebToken(caller);
  }

  /** Returns the caller behind a principal; null for a principal that is not Broadcasty's. */
  public static @Nullable Caller caller(@Nullable Principal principal) {
    return principal instanceof CallerJsonWebToken token ? token.caller() : null;
  }

  /** Returns the request with a caller behind a request; null when it has none. */
  static @Nullable CallerRequest find(ServletRequest request) {
    ServletRequest inner = request;
    while (inner instanceof ServletRequestWrapper wrapper && !(inner instanceof CallerRequest)) {
      inner = wrapper.getRequest();
    }
    return inner instanceof CallerRequest found ? found : null;
  }

  Caller caller() {
    return principal.caller();
  }

  /** Begins to handle the request again, after its body has arrived. */
  void resume() {
    answeredLater = false;
  }

  /** Returns whether the request is answered asynchronously. */
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
