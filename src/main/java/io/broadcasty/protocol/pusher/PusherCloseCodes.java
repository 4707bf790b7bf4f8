package io.broadcasty.protocol.pusher;

import io.broadcasty.wire.Problem;

/**
 * The codes of closes and errors in the Pusher protocol, with the meaning that its clients give
 * them: 4000 to 4099 never reconnect, 4100 to 4199 reconnect after a second, 4200 to 4299 reconnect
 * at once. Temporary reasons never have one of the first kind.
 */
final class PusherCloseCodes {

  static final int UNKNOWN_APP = 4001;
  static final int APP_DISABLED = 4003;
  static final int INVALID_VERSION = 4006;
  static final int UNSUPPORTED_VERSION = 4007;
  static final int NO_VERSION = 4008;
  static final int UNAUTHORIZED = 4009;
  static final int RECONNECT_LATER = 4100;
  static final int RECONNECT = 4200;
  static final int NO_PONG = 4201;
  static final int CLIENT_EVENT_REJECTED = 4301;
  static final int WATCHLIST_LIMIT = 4302;

  private PusherCloseCodes() {}

  /** Returns the code with which a connection is closed for a reason. */
  static int of(Problem problem) {
    return switch (problem.code()) {
      case UNAUTHORIZED, TOKEN_EXPIRED, DISCONNECTED, FORBIDDEN -> UNAUTHORIZED;
      case TENANT_REFUSED -> APP_DISABLED;
      case DRAINING -> RECONNECT;
      case IDLE -> NO_PONG;
      default -> RECONNECT_LATER;
    };
  }
}
