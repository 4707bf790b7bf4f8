package io.broadcasty.transport.container;

import jakarta.servlet.ServletRequest;

/** Acts on the connection below a request, which no servlet API exposes. */
@FunctionalInterface
public interface ClientConnection {

  /**
   * Ends the input of the connection, so that the server does not wait for the rest of the
   * request's body. The answer can still be written. Does nothing where the connection cannot be
   * found.
   */
  void endInput(ServletRequest request);
}
