package io.broadcasty.core.collection;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values by name that exist while somebody holds a reference, and for a linger time after the last
 * reference was released, since many holders return soon. A value is created, read under its lock
 * and removed atomically for its name.
 */
@ThreadSafe
public final class ReferenceCountedMap<V> {

  private static final class Entry<V> {
    private final V value;
    private int references;
    private long releasedNanos;

    Entry(V value) {
      this.value = value;
    }
  }

  private final Ticker ticker;
  private final long lingerNanos;

  /** Entries change only inside the map's updates. */
  private final ConcurrentHashMap<String, Entry<V>> entries = new ConcurrentHashMap<>();

  /**
   * Creates an empty map.
   *
   * @param linger how long a value without references is kept
   */
  public ReferenceCountedMap(Ticker ticker, Duration linger) {
    this.ticker = ticker;
    this.lingerNanos = linger.toNanos();
  }

  /**
   * Adds a reference and returns the value.
   *
   * @param create makes the value when there is none; it runs while other calls for the name wait
   */
  public V acquire(String name, Supplier<V> create) {
    return entries.compute(
            name,
            (n, known) -> {
              Entry<V> entry = known == null ? new Entry<>(create.get()) : known;
              entry.references++;
              return entry;
            })
        .value;
  }

  /** Removes a reference; the value stays until {@link #removeReleased} removes it. */
  public void release(String name) {
    entries.computeIfPresent(
        name,
        (n, entry) -> {
          entry.references--;
          entry.releasedNanos = ticker.readNanos();
          return entry;
        });
  }

  /** Returns a value, or null when there is none. */
  public @Nullable V get(String name) {
    Entry<V> entry = entries.get(name);
    return entry == null ? null : entry.value;
  }

  /**
   * Runs an action with a value, if there is one, after a concurrent {@link #acquire} has ended.
   */
  public void withValue(String name, Consumer<V> action) {
    entries.computeIfPresent(
        name,
        (n, entry) -> {
          action.accept(entry.value);
          return entry;
        });
  }

  /** Returns the number of present values. */
  public int size() {
    return entries.size();
  }

  /** Returns the present values. */
  public List<V> values() {
    return entries.values().stream().map(entry -> entry.value).toList();
  }

  /**
   * Removes the values whose last reference was released a linger time ago.
   *
   * @param onRemoved receives the name and the value; it runs while other calls for the name wait
   */
  public void removeReleased(BiConsumer<String, V> onRemoved) {
    long now = ticker.readNanos();
    for (String name : entries.keySet()) {
      entries.computeIfPresent(
          name,
          (n, entry) -> {
            if (entry.references > 0 || now - entry.releasedNanos < lingerNanos) {
              return entry;
            }
            onRemoved.accept(n, entry.value);
            return null;
          });
    }
  }
}
