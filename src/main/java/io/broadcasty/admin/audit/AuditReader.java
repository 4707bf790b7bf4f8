package io.broadcasty.admin.audit;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the audit log. Every method may block. */
@ThreadSafe
@FunctionalInterface
public interface AuditReader {

  /**
   * Returns entries, the latest first.
   *
   * @param before returns those before this place; null for the latest ones
   * @param limit how many at most, from 1
   * @throws AuditStoreException when the store does not answer; trying again is right
   */
  List<AuditEntry> page(AuditFilter filter, @Nullable AuditCursor before, int limit);
}
