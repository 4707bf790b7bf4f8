package io.broadcasty.delivery.session;

import io.broadcasty.delivery.hub.FrameWriter;
import io.broadcasty.wire.Problem;

/** Carries a session: one WebSocket or one SSE response. */
public interface Transport extends FrameWriter {

  /**
   * Closes the connection. Called once, at the session's end, on a thread that may block. Must not
   * throw.
   *
   * @param problem the reason, for the close code
   */
  void close(Problem problem);
}
