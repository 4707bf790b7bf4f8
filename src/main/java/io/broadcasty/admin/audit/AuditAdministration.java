package io.broadcasty.admin.audit;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What administrators do with the audit log. The caller must be allowed to see the tenant that it
 * names; what it does is written to the log first, as {@link AuditReads} says.
 */
@ThreadSafe
public final class AuditAdministration {

  /** The most entries of a page. */
  public static final int MAX_PAGE = 1000;

  /** How many entries one call verifies, about. */
  public static final int MAX_VERIFIED = 100_000;

  /** How many exports a node writes at a time, each of which holds a thread of the server. */
  static final int MAX_EXPORTS = 4;

  private final @Nullable AuditReader reader;
  private final @Nullable AuditChain chain;
  private final AuditReads reads;

  @GuardedBy("exporting")
  private final Set<TenantId> exporting = new HashSet<>();

  /**
   * @param reader null when this node has no database, like {@code chain}
   */
  public AuditAdministration(
      @Nullable AuditReader reader,
      @Nullable AuditChain chain,
      AuditLog log,
      Ticker ticker,
      WallClock clock) {
    this.reader = reader;
    this.chain = chain;
    this.reads = new AuditReads(log, ticker, clock);
  }

  /** Returns whether there is an audit log that can be read; otherwise nothing else works. */
  public boolean isOn() {
    return reader != null && chain != null;
  }

  /**
   * Returns entries, the latest first.
   *
   * @param before returns those before this place; null for the latest ones
   * @param limit how many at most, from 1
   * @throws AuditStoreException when the store does not answer; trying again is right
   */
  public List<AuditEntry> page(
      Caller caller, AuditFilter filter, @Nullable AuditCursor before, int limit) {
    reads.recordPages(caller, filter.tenant());
    return opened(reader).page(filter, before, limit);
  }

  /**
   * Begins an export, which the caller closes.
   *
   * @return null while others are written: one by the caller's tenant, or {@link #MAX_EXPORTS}
   * @throws AuditStoreException when the store does not answer; trying again is right
   */
  public @Nullable AuditExport export(Caller caller, AuditFilter filter) {
    TenantId tenant = caller.tenant();
    synchronized (exporting) {
      if (exporting.size() >= MAX_EXPORTS || !exporting.add(tenant)) {
        return null;
      }
    }
    AtomicBoolean held = new AtomicBoolean(true);
    Runnable release =
        () -> {
          if (held.getAndSet(false)) {
            synchronized (exporting) {
              exporting.remove(tenant);
            }
          }
        };
    boolean begun = false;
    try {
      reads.record(caller, "audit.export", filter.tenant());
      AuditExport export = new AuditExport(opened(reader), filter, release);
      begun = true;
      return export;
    } finally {
      if (!begun) {
        release.run();
      }
    }
  }

  /**
   * Verifies a part of a chain.
   *
   * @param tenant empty for the entries of the whole service
   * @param verified what an earlier call has verified; null to begin
   * @param expected a head that was exported, which the chain must contain; null for none
   * @throws AuditStoreException when the store does not answer; trying again is right
   */
  public ChainReport verify(
      Caller caller, String tenant, @Nullable ChainHead verified, @Nullable ChainHead expected) {
    if (verified == null) {
      reads.record(caller, "audit.verify", tenant);
    }
    return opened(chain).verify(tenant, verified, expected, MAX_VERIFIED);
  }

  /**
   * Returns the heads of all chains, in the order of tenants.
   *
   * @param after the tenant after which to begin; null for the first
   * @param limit how many at most, from 1
   * @throws AuditStoreException when the store does not answer; trying again is right
   */
  public List<ChainHead> heads(@Nullable String after, int limit) {
    return opened(chain).heads(after, limit);
  }

  private static <T> T opened(@Nullable T port) {
    if (port == null) {
      throw new IllegalStateException("there is no audit log");
    }
    return port;
  }
}
