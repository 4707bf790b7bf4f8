package io.broadcasty.delivery.session;

import io.broadcasty.delivery.hub.FrameWriter;
import io.broadcasty.wire.Problem;
import org.jspecify.annotations.Nullable;

/** Carries a session: one WebSocket or one SSE response. */
public interface Transport extends FrameWriter {

  /** Returns the client's address, for events and logs; null where it is unknown. */
  default @Nullable String clientAddress() {
    return null;
  }

  /**
   * Returns whether the transport tells at once when its client has left; where it does not, only
   * writes find out.
   */
  default boolean noticesDisconnects() {
    return false;
  }

  /**
   * Closes the connection. Called once, at the session's end, on a thread that may block. Must not
   * throw.
   *
   * @param problem the reason, for the close code
   */
  void close(Problem problem);
}
