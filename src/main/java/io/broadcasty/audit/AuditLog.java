package io.broadcasty.audit;

import com.google.errorprone.annotations.ThreadSafe;

/** Keeps what was done. */
@ThreadSafe
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
