package io.broadcasty.core.memory;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The limits of all memory areas of a node.
 *
 * @param bytes the limit of each area
 * @param tenantPercent the share of each limit that one tenant may use, from 1 to 100
 */
public record MemoryLimits(Map<MemoryArea, Long> bytes, int tenantPercent) {

  /** The share that one tenant may use unless a setting says otherwise. */
  public static final int TENANT_PERCENT = 50;

  public MemoryLimits {
    bytes = Map.copyOf(bytes);
    if (bytes.size() != MemoryArea.values().length) {
      throw new IllegalArgumentException("every memory area needs a limit");
    }
  }

  /** Returns the limits of a node with this much heap when nothing is configured. */
  public static MemoryLimits ofHeap(long heapBytes) {
    Map<MemoryArea, Long> limits = new EnumMap<>(MemoryArea.class);
    for (MemoryArea area : MemoryArea.values()) {
      limits.put(area, new MemorySize(0, area.heapPercent()).of(heapBytes));
    }
    return new MemoryLimits(limits, TENANT_PERCENT);
  }

  /** Returns the limit of an area in bytes. */
  public long bytes(MemoryArea area) {
    return Objects.requireNonNull(bytes.get(area));
  }
}
