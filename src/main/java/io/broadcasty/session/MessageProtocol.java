package io.broadcasty.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.protocol.ProblemException;

/**
 * Port: a protocol of text messages in both directions, as a WebSocket carries them. A transport
 * finds it among the {@link Protocols} and knows nothing else of it.
 */
@ThreadSafe
public interface MessageProtocol {

  /** Its WebSocket subprotocol (RFC 6455, section 1.9). */
  String name();

  /**
   * Whether messages that wait for a connection together may go out as one, a JSON array of them in
   * their order; a message that is an array itself adds its elements.
   */
  default boolean joinsMessages() {
    return false;
  }

  /**
   * Reads what the client asks for in its handshake.
   *
   * @throws ProblemException when it asks for something that there is not; the handshake is refused
   */
  Accepted accept(StreamRequest handshake) throws ProblemException;

  /** A handshake that is to be answered with yes. */
  @FunctionalInterface
  interface Accepted {

    /** Opens the session of the connection, which has no caller yet. */
    MessageSession open(SessionContext context, Transport transport);
  }
}
