package io.broadcasty.core.memory;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.RealtimeListener;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** The budgets of a node, one for each {@link MemoryArea}. */
@ThreadSafe
public final class MemoryBudgets {

  @SuppressWarnings("ThreadSafe") // never changed after the constructor
  private final Map<MemoryArea, MemoryBudget> budgets = new EnumMap<>(MemoryArea.class);

  /** Creates unused budgets that report their refusals to nobody. */
  public MemoryBudgets(MemoryLimits limits) {
    this(limits, RealtimeListener.NONE);
  }

  /**
   * Creates unused budgets with these limits.
   *
   * @param listener notified of refusals
   */
  public MemoryBudgets(MemoryLimits limits, RealtimeListener listener) {
    for (MemoryArea area : MemoryArea.values()) {
      budgets.put(
          area, new MemoryBudget(area, limits.bytes(area), limits.tenantPercent(), listener));
    }
  }

  /** Returns budgets that refuse nothing. */
  public static MemoryBudgets unlimited() {
    return new MemoryBudgets(MemoryLimits.ofHeap(Long.MAX_VALUE));
  }

  /** Returns the budget of an area. */
  public MemoryBudget of(MemoryArea area) {
    return Objects.requireNonNull(budgets.get(area));
  }
}
