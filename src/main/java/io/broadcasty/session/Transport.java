package io.broadcasty.session;

import io.broadcasty.hub.FrameWriter;
import io.broadcasty.protocol.Problem;

/** What carries a session: one WebSocket or one SSE response. */
public interface Transport extends FrameWriter {

  /**
   * Closes it. Called once, at the session's end, on a thread that may block. Must not throw.
   *
   * @param problem why, for the close code
   */
  void close(Problem problem);
}
