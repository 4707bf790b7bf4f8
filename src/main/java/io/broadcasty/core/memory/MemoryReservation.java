package io.broadcasty.core.memory;

import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that one owner, such as a connection, has reserved in a budget; they grow and shrink
 * with the owner's buffer. Used by one thread at a time.
 */
public final class MemoryReservation implements AutoCloseable {

  private final MemoryBudget budget;
  private @Nullable TenantId tenant;
  private long bytes;

  /** Creates a reservation of nothing, which belongs to no tenant. */
  public MemoryReservation(MemoryBudget budget) {
    this.budget = budget;
  }

  /** Creates a reservation of nothing, which counts for a tenant. */
  public MemoryReservation(MemoryBudget budget, TenantId tenant) {
    this.budget = budget;
    this.tenant = tenant;
  }

  /**
   * Counts for a tenant what is reserved from now on.
   *
   * @throws IllegalStateException when something is reserved already
   */
  public void assignTo(TenantId owner) {
    if (bytes != 0) {
      throw new IllegalStateException("A reservation in use cannot change its owner");
    }
    tenant = owner;
  }

  /**
   * Changes the reservation to this many bytes.
   *
   * @return false when the budget has no room for the growth; the reservation is then unchanged
   */
  public boolean resize(long newBytes) {
    return tryResize(newBytes) == Grant.GRANTED;
  }

  /**
   * Changes the reservation to this many bytes, or says whose limit refuses the growth; the
   * reservation is then unchanged.
   */
  public Grant tryResize(long newBytes) {
    long growth = newBytes - bytes;
    if (growth > 0) {
      Grant grant = reserve(growth);
      if (grant != Grant.GRANTED) {
        return grant;
      }
    } else if (growth < 0) {
      release(-growth);
    }
    bytes = newBytes;
    return Grant.GRANTED;
  }

  /** Returns the reserved bytes. */
  public long bytes() {
    return bytes;
  }

  /** Releases all bytes; may be called more than once. */
  @Override
  public void close() {
    if (bytes != 0) {
      release(bytes);
      bytes = 0;
    }
  }

  private Grant reserve(long growth) {
    if (tenant != null) {
      return budget.tryReserve(tenant, growth);
    }
    return budget.tryReserve(growth) ? Grant.GRANTED : Grant.NODE_FULL;
  }

  private void release(long shrinkage) {
    if (tenant != null) {
      budget.release(tenant, shrinkage);
    } else {
      budget.release(shrinkage);
    }
  }
}
