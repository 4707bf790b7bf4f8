package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.wire.ProblemException;

/**
 * Port: a protocol of text messages in both directions, as a WebSocket carries them. A transport
 * finds it among the {@link Protocols} and knows nothing else about it.
 */
@ThreadSafe
public interface MessageProtocol {

  /** Returns its WebSocket subprotocol (RFC 6455, section 1.9). */
  String name();

  /**
   * Returns whether waiting messages may be sent together as one: a JSON array of them in their
   * order. A message that is itself an array adds its elements.
   */
  default boolean joinsMessages() {
    return false;
  }

  /**
   * Reads the client's handshake.
   *
   * @throws ProblemException when the handshake asks for something unsupported; it is refused
   */
  Accepted accept(StreamRequest handshake) throws ProblemException;

  /** A valid handshake. */
  @FunctionalInterface
  interface Accepted {

    /** Opens the session of the connection, which has no caller yet. */
    MessageSession open(SessionContext context, Transport transport);
  }
}
