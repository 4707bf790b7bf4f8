package io.broadcasty.admin.audit;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What administrators do with the audit log. The caller must be allowed to see the tenant of the
 * filter; what it does is written to the log first, as {@link AuditReads} says.
 */
@ThreadSafe
public final class AuditAdministration {

  /** The most entries of a page. */
  public static final int MAX_PAGE = 1000;

  private final @Nullable AuditReader reader;
  private final AuditReads reads;

  /**
   * @param reader null when this node has no database
   */
  public AuditAdministration(
      @Nullable AuditReader reader, AuditLog log, Ticker ticker, WallClock clock) {
    this.reader = reader;
    this.reads = new AuditReads(log, ticker, clock);
  }

  /** Returns whether there is an audit log that can be read. */
  public boolean isOn() {
    return reader != null;
  }

  /**
   * Returns entries, the latest first.
   *
   * @param before returns those before this place; null for the latest ones
   * @param limit how many at most, from 1 to {@link #MAX_PAGE}
   * @throws AuditStoreException when the store does not answer; trying again is right
   * @throws IllegalStateException when there is no log
   */
  public List<AuditEntry> page(
      Caller caller, AuditFilter filter, @Nullable AuditCursor before, int limit) {
    reads.recordPages(caller, filter.tenant());
    return reader().page(filter, before, limit);
  }

  private AuditReader reader() {
    if (reader == null) {
      throw new IllegalStateException("there is no audit log");
    }
    return reader;
  }
}
