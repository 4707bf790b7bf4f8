package io.broadcasty.observability.meters;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** An immutable map from each constant of an enum to a value. */
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

  /** Calls the action for each constant, in the order of declaration. */
  void forEach(BiConsumer<K, V> action) {
    values.forEach(action);
  }
}
