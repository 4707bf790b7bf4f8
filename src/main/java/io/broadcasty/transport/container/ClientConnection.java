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

  /**
   * Has the server close the connection after the answer. Needed only where the server does not
   * obey {@code Connection: close} in every answer.
   */
  default void closeAfterAnswer(ServletRequest request) {}
}
