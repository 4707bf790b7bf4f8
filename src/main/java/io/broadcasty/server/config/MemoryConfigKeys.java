package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryLimits;
import io.broadcasty.core.memory.MemorySize;
import java.util.ArrayList;
import java.util.List;

/** The configuration keys of the memory budgets. */
final class MemoryConfigKeys {

  private static final ConfigType<MemorySize> SIZE =
      new ConfigType<>(MemorySize.FORM, MemorySize::parse);

  static final ConfigKey<Long> TENANT_PERCENT =
      new ConfigKey<>(
          "broadcasty.memory.tenant-percent",
          ConfigType.number(1, 100),
          Integer.toString(MemoryLimits.TENANT_PERCENT),
          "100",
          "Share of each memory limit that one tenant may use, in percent. A node that serves a"
              + " single tenant can give it 100.");

  /** Every key, in the order of the reference. */
  static final List<ConfigKey<?>> ALL = all();

  private MemoryConfigKeys() {}

  /** Returns the key of an area's limit. */
  static ConfigKey<MemorySize> limit(MemoryArea area) {
    return new ConfigKey<>(
        "broadcasty.memory." + area.label(),
        SIZE,
        area.heapPercent() + "%",
        "256m",
        "Memory that "
            + description(area)
            + " may use on this node: bytes with the unit k, m or g, or a percentage of the heap.");
  }

  private static String description(MemoryArea area) {
    return switch (area) {
      case INBOUND -> "messages and request bodies that are not complete yet";
      case STREAMS -> "the streams of the memory store (broadcasty.replay.store=memory)";
      case IDS -> "the publication ids of the memory store";
      case SUBSCRIPTIONS -> "subscriptions, patterns and presence members";
      case QUEUES -> "publications that wait for a store";
      case OUTBOXES -> "frames that wait for clients to read";
    };
  }

  private static List<ConfigKey<?>> all() {
    List<ConfigKey<?>> keys = new ArrayList<>();
    for (MemoryArea area : MemoryArea.values()) {
      keys.add(limit(area));
    }
    keys.add(TENANT_PERCENT);
    return List.copyOf(keys);
  }
}
