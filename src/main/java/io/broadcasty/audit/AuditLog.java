package io.broadcasty.audit;

/** Keeps what was done. Safe for use by several threads. */
@FunctionalInterface
public interface AuditLog {

  /** Where there is no database: the server's log has it. */
  AuditLog NONE = event -> {};

  /**
   * Adds an event; may block. An event that cannot be kept is told in the server's log, and nothing
   * is thrown.
   */
  void append(AuditEvent event);
}
