package io.broadcasty.admin;

import io.broadcasty.cluster.control.ControlException;

/** The outcome of a request to end connections. */
public sealed interface DisconnectOutcome {

  /**
   * All nodes are notified.
   *
   * @param sequence the control message's number
   * @param nodes the number of live nodes known, including this one; nodes that share only a
   *     database do not know each other
   * @param connections the number of matching connections on this node at that moment
   */
  record Accepted(long sequence, int nodes, int connections) implements DisconnectOutcome {}

  /** The caller is not allowed to do that; the reason says what it may do. */
  record Denied(String reason) implements DisconnectOutcome {}

  /** The request names no user and no token, or an invalid tenant. */
  record Invalid(String reason) implements DisconnectOutcome {}

  /** The nodes could not be notified, or it is unknown whether they were; a retry is right. */
  record Unavailable(ControlException cause) implements DisconnectOutcome {}
}
