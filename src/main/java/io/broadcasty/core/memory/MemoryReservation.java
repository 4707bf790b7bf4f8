package io.broadcasty.core.memory;

/**
 * The bytes that one owner, such as a connection, has reserved in a budget; they grow and shrink
 * with the owner's buffer. Used by one thread at a time.
 */
public final class MemoryReservation implements AutoCloseable {

  private final MemoryBudget budget;
  private long bytes;

  /** Creates a reservation of nothing. */
  public MemoryReservation(MemoryBudget budget) {
    this.budget = budget;
  }

  /**
   * Changes the reservation to this many bytes.
   *
   * @return false when the budget has no room for the growth; the reservation is then unchanged
   */
  public boolean resize(long newBytes) {
    long growth = newBytes - bytes;
    if (growth > 0 && !budget.tryReserve(growth)) {
      return false;
    }
    if (growth < 0) {
      budget.release(-growth);
    }
    bytes = newBytes;
    return true;
  }

  /** Returns the reserved bytes. */
  public long bytes() {
    return bytes;
  }

  /** Releases all bytes; may be called more than once. */
  @Override
  public void close() {
    budget.release(bytes);
    bytes = 0;
  }
}
