package io.broadcasty.delivery.session;

/** Why a node takes no part for now. */
public enum SuspensionReason {
  /** Its clock differs too much from that of the store. */
  CLOCK,
  /** It cannot reach the store that other nodes reach. */
  CUT_OFF,
  /** An operator has drained it. */
  OPERATOR
}
