package io.broadcasty.transport.edge;

/**
 * A token as a request has it.
 *
 * @param manner what its sender has shown besides the token
 */
record PresentedToken(String token, Manner manner) {

  /** How a token is presented. */
  enum Manner {
    /** The token alone. */
    BEARER,
    /** With a proof that the sender has the token's key (RFC 9449). */
    DPOP,
    /** By a ticket, for which the token has been presented before. */
    TICKET
  }

  static PresentedToken bearer(String token) {
    return new PresentedToken(token, Manner.BEARER);
  }

  /** Omits the token. */
  @Override
  public String toString() {
    return "PresentedToken[" + manner + "]";
  }
}
