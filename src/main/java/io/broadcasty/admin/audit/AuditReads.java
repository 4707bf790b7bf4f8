package io.broadcasty.admin.audit;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the audit log who reads it.
 *
 * <p>Reading pages is written once an hour for each reader and tenant, since a page that reloads
 * itself would otherwise fill the log with its own reading. Exports and verifications are written
 * each time. Each is written before anything is read.
 */
@ThreadSafe
public final class AuditReads {

  /** Reading is not written again within this time. */
  static final Duration INTERVAL = Duration.ofHours(1);

  /** How many readers are remembered; those beyond it are written more often. */
  private static final int MAX_READERS = 1000;

  private final AuditLog log;
  private final Ticker ticker;
  private final WallClock clock;

  @GuardedBy("this")
  private final Map<Reader, Long> writtenNanos = BoundedMap.ofLatestAdded(MAX_READERS);

  private record Reader(TenantId tenant, String subject, @Nullable String read) {}

  public AuditReads(AuditLog log, Ticker ticker, WallClock clock) {
    this.log = log;
    this.ticker = ticker;
    this.clock = clock;
  }

  /**
   * Writes that somebody reads pages, unless that was written lately.
   *
   * @param tenant whose entries are read: empty for those of the service, null for all
   */
  public void recordPages(Caller caller, @Nullable String tenant) {
    if (isFirst(new Reader(caller.tenant(), caller.subject(), tenant))) {
      record(caller, "audit.read", tenant);
    }
  }

  /**
   * Writes that somebody reads the log by an action.
   *
   * @param tenant as for {@link #recordPages}
   */
  public void record(Caller caller, String action, @Nullable String tenant) {
    log.append(
        new AuditEvent(
            tenant == null || tenant.isEmpty() ? null : new TenantId(tenant),
            action,
            AuditOutcome.DONE,
            caller.tenant(),
            caller.subject(),
            caller.address(),
            tenant == null ? "audit:all" : "audit:" + tenant,
            null,
            clock.nowMillis()));
  }

  private synchronized boolean isFirst(Reader reader) {
    long now = ticker.readNanos();
    Long before = writtenNanos.get(reader);
    if (before != null && now - before < INTERVAL.toNanos()) {
      return false;
    }
    writtenNanos.put(reader, now);
    return true;
  }
}
