package io.broadcasty.control;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The ids of the latest messages that were heard, so that none is told twice: numbers alone do not
 * tell that, since a store that has lost its end gives the same numbers to other messages. For one
 * thread.
 */
public final class HeardIds {

  private final Map<String, Boolean> ids;

  /**
   * @param count how many are remembered; more than the store keeps messages
   */
  public HeardIds(int count) {
    this.ids =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > count;
          }
        };
  }

  public boolean contains(String id) {
    return ids.containsKey(id);
  }

  /** Whether it was not heard before; from now on it was. */
  public boolean add(String id) {
    return ids.putIfAbsent(id, Boolean.TRUE) == null;
  }
}
