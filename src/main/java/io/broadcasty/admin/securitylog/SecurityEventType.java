package io.broadcasty.admin.securitylog;

import java.lang.System.Logger.Level;

/** The types of events in the security log; a field of each line and a label of meters. */
public enum SecurityEventType {
  /** A connection has been authenticated. */
  CONNECTED("connected", Level.INFO, false),
  /** A connection has ended, with or without a caller. */
  DISCONNECTED("disconnected", Level.INFO, false),
  /** An administrator or operator has ended connections. */
  DISCONNECT_REQUESTED("disconnect_requested", Level.INFO, false),
  /** A token was refused. */
  TOKEN_REFUSED("token_refused", Level.WARNING, true),
  /** A caller with a valid token was not allowed to do what it requested. */
  DENIED("denied", Level.WARNING, true),
  /** A request repeated an earlier one. */
  REPLAYED("replayed", Level.WARNING, true),
  /** A limit was reached. */
  LIMIT_REACHED("limit_reached", Level.WARNING, false);

  private final String wireName;
  private final Level level;
  private final boolean audited;

  SecurityEventType(String wireName, Level level, boolean audited) {
    this.wireName = wireName;
    this.level = level;
    this.audited = audited;
  }

  /** Returns the value of the field {@code event}, and of the metric label. */
  public String wireName() {
    return wireName;
  }

  Level level() {
    return level;
  }

  /** Returns whether the audit log gets these events too. */
  boolean isAudited() {
    return audited;
  }
}
