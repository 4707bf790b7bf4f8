package io.broadcasty.admin;

import io.broadcasty.control.ControlException;

/** What became of a request to end connections. */
public sealed interface DisconnectOutcome {

  /**
   * All nodes are told.
   *
   * @param sequence the control message's number
   * @param nodes how many nodes are known to live, this one included; those that share nothing but
   *     a database do not know of each other
   * @param connections how many of this node's matched when it was asked
   */
  record Accepted(long sequence, int nodes, int connections) implements DisconnectOutcome {}

  /** The caller may not do that; the reason says what it may. */
  record Denied(String reason) implements DisconnectOutcome {}

  /** The request names nobody, or no tenant that can be. */
  record Invalid(String reason) implements DisconnectOutcome {}

  /** The nodes could not be told, or it is not known whether they were; trying again is right. */
  record Unavailable(ControlException cause) implements DisconnectOutcome {}
}
