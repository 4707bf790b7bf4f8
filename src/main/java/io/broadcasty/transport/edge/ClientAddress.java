package io.broadcasty.transport.edge;

import jakarta.servlet.ServletRequest;

/** The client's address of a request, which the edge determines once. */
public final class ClientAddress {

  private static final String ATTRIBUTE = "broadcasty.client-address";

  private ClientAddress() {}

  static void set(ServletRequest request, String address) {
    request.setAttribute(ATTRIBUTE, address);
  }

  /** Returns the client's address: behind trusted proxies the one that they forward. */
  public static String of(ServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof String address
        ? address
        : request.getRemoteAddr();
  }
}
