package io.broadcasty.admin.audit;

import com.google.errorprone.annotations.ThreadSafe;

/** Stores the audit log. */
@ThreadSafe
@FunctionalInterface
public interface AuditLog {

  /** Stores nothing, without a database: the server's log contains the entries. */
  AuditLog NONE = event -> {};

  /**
   * Appends an event; may block. An event that cannot be stored is written to the server's log, and
   * nothing is thrown.
   */
  void append(AuditEvent event);
}
