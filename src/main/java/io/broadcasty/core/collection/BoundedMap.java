package io.broadcasty.core.collection;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map with a maximum number of entries, which removes one entry when a new one exceeds it. The
 * order of removal is exact, unlike that of a cache, so a map can remember the latest keys
 * reliably. Not thread-safe.
 */
public final class BoundedMap<K, V> extends LinkedHashMap<K, V> {

  private static final long serialVersionUID = 1L;
  private static final int INITIAL_CAPACITY = 16;
  private static final float LOAD_FACTOR = 0.75f;

  private final int maxEntries;

  private BoundedMap(int maxEntries, boolean accessOrder) {
    super(INITIAL_CAPACITY, LOAD_FACTOR, accessOrder);
    this.maxEntries = maxEntries;
  }

  /** Returns a map that removes the entry that was added first. */
  public static <K, V> BoundedMap<K, V> ofLatestAdded(int maxEntries) {
    return new BoundedMap<>(maxEntries, false);
  }

  /** Returns a map that removes the entry that has not been read or written for longest. */
  public static <K, V> BoundedMap<K, V> ofLatestUsed(int maxEntries) {
    return new BoundedMap<>(maxEntries, true);
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > maxEntries;
  }
}
