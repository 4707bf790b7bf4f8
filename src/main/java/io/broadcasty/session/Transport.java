package io.broadcasty.session;

import io.broadcasty.hub.FrameWriter;
import io.broadcasty.protocol.Problem;

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
