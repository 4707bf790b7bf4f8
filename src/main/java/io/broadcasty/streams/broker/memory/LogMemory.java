package io.broadcasty.streams.broker.memory;

import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.tenant.TenantId;

/**
 * The bytes that one log has reserved. It keeps a small reserve, so that a log from which as much
 * is trimmed as is appended does not change the budget each time. Used by one thread at a time.
 */
final class LogMemory {

  private static final int RESERVE_DIVISOR = 8;
  private static final long MAX_RESERVE_BYTES = 64 * 1024;

  private final MemoryBudget budget;
  private final TenantId tenant;
  private final long baseBytes;
  private long reservedBytes;

  /**
   * Takes over a reservation.
   *
   * @param baseBytes what the log takes when it is empty; reserved already
   */
  LogMemory(MemoryBudget budget, TenantId tenant, long baseBytes) {
    this.budget = budget;
    this.tenant = tenant;
    this.baseBytes = baseBytes;
    this.reservedBytes = baseBytes;
  }

  /** Reserves what publications of this size need in all. */
  Grant reserve(long publicationBytes) {
    long missing = baseBytes + publicationBytes - reservedBytes;
    if (missing <= 0) {
      return Grant.GRANTED;
    }
    long more = missing + spare(publicationBytes);
    Grant grant = budget.tryReserveUncounted(tenant, more);
    if (grant != Grant.GRANTED) {
      more = missing;
      grant = budget.tryReserveUncounted(tenant, more);
    }
    if (grant == Grant.GRANTED) {
      reservedBytes += more;
    }
    return grant;
  }

  /** Releases what is not needed for publications of this size, except a small reserve. */
  void trimTo(long publicationBytes) {
    long needed = baseBytes + publicationBytes;
    long reserve = spare(publicationBytes);
    if (reservedBytes - needed > 2 * reserve) {
      releaseDownTo(needed + reserve);
    }
  }

  /** Releases all that is not needed for publications of this size. */
  void shrinkTo(long publicationBytes) {
    releaseDownTo(baseBytes + publicationBytes);
  }

  long reservedBytes() {
    return reservedBytes;
  }

  /** Releases everything. */
  void close() {
    releaseDownTo(0);
  }

  private void releaseDownTo(long bytes) {
    if (reservedBytes > bytes) {
      budget.release(tenant, reservedBytes - bytes);
      reservedBytes = bytes;
    }
  }

  private static long spare(long publicationBytes) {
    return Math.min(MAX_RESERVE_BYTES, publicationBytes / RESERVE_DIVISOR);
  }
}
