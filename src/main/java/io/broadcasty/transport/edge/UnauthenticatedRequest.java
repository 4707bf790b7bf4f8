package io.broadcasty.transport.edge;

import io.broadcasty.core.ratelimit.UnauthenticatedConnections;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket handshake without a token. Its principal is nobody, and carries what the connection
 * needs from the edge: a principal is all that each server's {@code jakarta.websocket} passes on.
 */
public final class UnauthenticatedRequest extends HttpServletRequestWrapper {

  private final Nobody principal;

  UnauthenticatedRequest(
      HttpServletRequest request, UnauthenticatedConnections.Place place, String address) {
    super(request);
    this.principal = new Nobody(place, address);
  }

  /**
   * A client that has not authenticated yet.
   *
   * @param place is released once it has
   * @param address the client's address
   */
  public record Nobody(UnauthenticatedConnections.Place place, String address)
      implements Principal {

    @Override
    public String getName() {
      return "";
    }
  }

  /** Returns what a principal carries; null for that of a caller, and for any other. */
  public static @Nullable Nobody nobody(@Nullable Principal principal) {
    return principal instanceof Nobody nobody ? nobody : null;
  }

  @Override
  public Principal getUserPrincipal() {
    return principal;
  }
}
