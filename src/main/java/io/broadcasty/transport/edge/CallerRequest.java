package io.broadcasty.transport.edge;

import io.broadcasty.auth.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * A request whose principal is the authenticated caller, as a MicroProfile {@code JsonWebToken}.
 */
public final class CallerRequest extends HttpServletRequestWrapper {

  private final CallerJsonWebToken principal;

  CallerRequest(HttpServletRequest request, Caller caller) {
    super(request);
    this.principal = new CallerJsonWebToken(caller);
  }

  /** The caller behind a principal; null when it is none of ours. */
  public static @Nullable Caller caller(@Nullable Principal principal) {
    return principal instanceof CallerJsonWebToken token ? token.caller() : null;
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
