package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Port: a protocol of text messages in both directions, as a WebSocket carries them. A transport
 * finds it among the {@link Protocols} and knows nothing else about it.
 */
@ThreadSafe
public interface MessageProtocol {

  /**
   * Returns its WebSocket subprotocol (RFC 6455, section 1.9). For a protocol with a {@link #path}
   * it is a name only.
   */
  String name();

  /**
   * Returns the path below which the protocol is served, without a slash at the end; null for the
   * path that is shared, where the subprotocol selects it.
   */
  default @Nullable String path() {
    return null;
  }

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

    /** Returns the close code of a reason; 0 for one that never closes a stream. */
    default int closeCode(Problem problem) {
      return problem.code().closeCode();
    }
  }
}
