package io.broadcasty.cluster.control;

import io.broadcasty.core.collection.BoundedMap;
import java.util.Map;

/**
 * Remembers the ids of the latest received messages, so that none is delivered twice. Numbers alone
 * do not suffice, since a store that has lost its tail assigns the same numbers to other messages.
 * For one thread.
 */
public final class ReceivedIds {

  private final Map<String, Boolean> ids;

  /**
   * @param count how many ids are remembered; more than the store keeps messages
   */
  public ReceivedIds(int count) {
    this.ids = BoundedMap.ofLatestAdded(count);
  }

  public boolean contains(String id) {
    return ids.containsKey(id);
  }

  /** Adds an id; returns whether it is new. */
  public boolean add(String id) {
    return ids.putIfAbsent(id, Boolean.TRUE) == null;
  }
}
