package io.broadcasty.telemetry;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** One value for each constant of an enum, which never changes. */
final class EnumTable<K extends Enum<K>, V> {

  private final Map<K, V> values;

  EnumTable(Class<K> keys, Supplier<V> value) {
    values = new EnumMap<>(keys);
    for (K key : keys.getEnumConstants()) {
      values.put(key, value.get());
    }
  }

  V get(K key) {
    return Objects.requireNonNull(values.get(key));
  }

  /** In the order in which the constants are declared. */
  void forEach(BiConsumer<K, V> action) {
    values.forEach(action);
  }
}
