package io.broadcasty.observability.meters;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.metrics.Meter;
import java.util.ArrayList;
import java.util.List;

/** Meters of the memory budgets. */
public final class MemoryMeters {

  private MemoryMeters() {}

  public static List<Meter> of(MemoryBudgets budgets) {
    List<Meter> meters = new ArrayList<>();
    for (MemoryArea area : MemoryArea.values()) {
      MemoryBudget budget = budgets.of(area);
      List<String> label = List.of(area.label());
      meters.add(new Meter(MeterTable.MEMORY_USED, label, budget::usedBytes));
      meters.add(new Meter(MeterTable.MEMORY_LIMIT, label, budget::limitBytes));
      meters.add(
          new Meter(
              MeterTable.MEMORY_REFUSED,
              List.of(area.label(), "tenant"),
              budget::refusedToTenants));
      meters.add(new Meter(MeterTable.MEMORY_RECLAIMED, label, budget::reclaimedBytes));
      meters.add(
          new Meter(
              MeterTable.MEMORY_REFUSED, List.of(area.label(), "node"), budget::refusedByNode));
    }
    return meters;
  }
}
