package io.broadcasty.core.memory;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.TenantId;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes that one kind of memory uses on this node, and refuses more than its limit.
 *
 * <p>What is known to belong to a tenant is counted for the tenant too, which may use only its
 * share of the limit: one tenant never takes the whole node. The sizes are estimates by the caller,
 * who releases exactly what was reserved.
 */
@ThreadSafe
public final class MemoryBudget {

  /** The answer to a reservation. */
  public enum Grant {
    /** The bytes are reserved. */
    GRANTED,
    /** The tenant has used its share; nothing is reserved. */
    TENANT_FULL,
    /** The node has used its limit; nothing is reserved. */
    NODE_FULL
  }

  private final MemoryArea area;
  private final long limitBytes;
  private final long tenantLimitBytes;
  private final RealtimeListener listener;
  private final AtomicLong used = new AtomicLong();
  private final ConcurrentHashMap<TenantId, Long> usedByTenant = new ConcurrentHashMap<>();
  private final LongAdder refusedToTenants = new LongAdder();
  private final LongAdder refusedByNode = new LongAdder();
  private final LongAdder reclaimedBytes = new LongAdder();

  /** Creates an unused budget that reports its refusals to nobody. */
  public MemoryBudget(MemoryArea area, long limitBytes, int tenantPercent) {
    this(area, limitBytes, tenantPercent, RealtimeListener.NONE);
  }

  /**
   * Creates an unused budget.
   *
   * @param limitBytes what all tenants together may use
   * @param tenantPercent the share of the limit that one tenant may use, from 1 to 100
   * @param listener notified of refusals
   */
  public MemoryBudget(
      MemoryArea area, long limitBytes, int tenantPercent, RealtimeListener listener) {
    if (limitBytes < 1 || tenantPercent < 1 || tenantPercent > 100) {
      throw new IllegalArgumentException(
          "a budget needs a positive limit and a share from 1 to 100 percent");
    }
    this.area = area;
    this.limitBytes = limitBytes;
    this.listener = listener;
    this.tenantLimitBytes = Math.max(1, (long) (limitBytes / 100.0 * tenantPercent));
  }

  /** Returns a budget that refuses nothing. */
  public static MemoryBudget unlimited(MemoryArea area) {
    return new MemoryBudget(area, Long.MAX_VALUE, 100);
  }

  /** Returns what the budget is for. */
  public MemoryArea area() {
    return area;
  }

  /**
   * Reserves bytes that belong to no tenant, or to one that is not known yet.
   *
   * @return whether they are reserved; otherwise nothing is
   */
  public boolean tryReserve(long bytes) {
    if (add(bytes)) {
      return true;
    }
    refusedByNode.increment();
    notifyRefused(null);
    return false;
  }

  /** Reserves bytes for a tenant, or nothing. */
  public Grant tryReserve(TenantId tenant, long bytes) {
    Grant grant = tryReserveUncounted(tenant, bytes);
    countRefusal(tenant, grant);
    return grant;
  }

  /** Counts and reports a tenant's refused reservation of {@link #tryReserveUncounted}. */
  public void countRefusal(TenantId tenant, Grant grant) {
    if (grant == Grant.GRANTED) {
      return;
    }
    (grant == Grant.TENANT_FULL ? refusedToTenants : refusedByNode).increment();
    notifyRefused(tenant);
  }

  /**
   * Reserves bytes for a tenant, or nothing, as {@link #tryReserve(TenantId, long)} does, but does
   * not count a refusal: for an owner that can make room and try again.
   */
  public Grant tryReserveUncounted(TenantId tenant, long bytes) {
    boolean[] within = new boolean[1];
    usedByTenant.compute(
        tenant,
        (t, before) -> {
          long now = (before == null ? 0 : before) + bytes;
          within[0] = now <= tenantLimitBytes;
          return within[0] ? now : before;
        });
    if (!within[0]) {
      return Grant.TENANT_FULL;
    }
    if (!add(bytes)) {
      subtract(tenant, bytes);
      return Grant.NODE_FULL;
    }
    return Grant.GRANTED;
  }

  /** Counts bytes that cannot be refused any more, even beyond the limit. */
  public void reserveAnyway(long bytes) {
    used.addAndGet(bytes);
  }

  /** Returns bytes of {@link #tryReserve(long)} or {@link #reserveAnyway}. */
  public void release(long bytes) {
    used.addAndGet(-bytes);
  }

  /** Returns bytes of {@link #tryReserve(TenantId, long)}. */
  public void release(TenantId tenant, long bytes) {
    subtract(tenant, bytes);
    used.addAndGet(-bytes);
  }

  /** Returns whether more is in use than the limit, by {@link #reserveAnyway}. */
  public boolean isExceeded() {
    return used.get() > limitBytes;
  }

  /** Returns the bytes in use on this node. */
  public long usedBytes() {
    return used.get();
  }

  /** Returns the bytes in use by one tenant. */
  public long usedBytes(TenantId tenant) {
    return usedByTenant.getOrDefault(tenant, 0L);
  }

  /** Returns the limit of this node. */
  public long limitBytes() {
    return limitBytes;
  }

  /** Returns the limit of each tenant. */
  public long tenantLimitBytes() {
    return tenantLimitBytes;
  }

  /** Returns the tenant that uses most; empty when none uses any. Looks at every tenant. */
  public Optional<TenantId> largestTenant() {
    return usedByTenant.entrySet().stream()
        .max(Comparator.comparingLong(Map.Entry<TenantId, Long>::getValue))
        .map(Map.Entry::getKey);
  }

  /** Returns how many reservations were refused because a tenant had used its share. */
  public long refusedToTenants() {
    return refusedToTenants.sum();
  }

  /** Returns how many reservations were refused because the node had used its limit. */
  public long refusedByNode() {
    return refusedByNode.sum();
  }

  /** Counts bytes that their owner gave up early, to make room for others. */
  public void countReclaimed(long bytes) {
    reclaimedBytes.add(bytes);
  }

  /** Returns how many bytes were given up early. */
  public long reclaimedBytes() {
    return reclaimedBytes.sum();
  }

  private void notifyRefused(@Nullable TenantId tenant) {
    listener.onLimitReached(
        new LimitReached(LimitReached.MEMORY + area.label(), tenant, null, null, null));
  }

  private boolean add(long bytes) {
    if (used.addAndGet(bytes) <= limitBytes) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  private void subtract(TenantId tenant, long bytes) {
    usedByTenant.computeIfPresent(
        tenant, (t, before) -> before <= bytes ? null : Long.valueOf(before - bytes));
  }
}
