package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.time.Duration;
import java.util.List;

/** The configuration keys of compaction. */
final class CompactionConfigKeys {

  static final ConfigKey<List<String>> CHANNELS =
      new ConfigKey<>(
          "broadcasty.compaction.channels",
          ConfigType.LIST,
          null,
          "prices.*,private-state.*",
          "Patterns of the channels of which only the newest publication of each compactionKey is"
              + " kept. Publications without a key are kept as on every channel. Empty means that"
              + " none is compacted.");

  static final ConfigKey<Duration> DELAY =
      new ConfigKey<>(
          "broadcasty.compaction.delay",
          ConfigType.duration(Duration.ofMillis(100), Duration.ofDays(1)),
          "10s",
          "1m",
          "Time after which a publication is erased whose key was published again. A channel of"
              + " which few publications were replaced is compacted after six times as long.");

  /** The keys in the order of the reference. */
  static final List<ConfigKey<?>> ALL = List.of(CHANNELS, DELAY);

  private CompactionConfigKeys() {}
}
