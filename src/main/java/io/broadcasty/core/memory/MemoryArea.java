package io.broadcasty.core.memory;

import java.util.Locale;

/** The kinds of memory that clients can make a node hold; each has a budget of its own. */
public enum MemoryArea {
  /** Messages and request bodies that have not been received whole. */
  INBOUND(5),
  /** Publications that the memory store keeps, and what a channel costs that keeps none. */
  STREAMS(25),
  /** Publication ids that the memory store remembers. */
  IDS(5),
  /** Subscriptions, patterns and presence members of this node. */
  SUBSCRIPTIONS(10),
  /** Publications that wait for a store. */
  QUEUES(8),
  /** Frames and large replies that wait because a client does not read. */
  OUTBOXES(10);

  private final String label = name().toLowerCase(Locale.ROOT);
  private final int heapPercent;

  MemoryArea(int heapPercent) {
    this.heapPercent = heapPercent;
  }

  /** Returns the name in settings, meters and logs. */
  public String label() {
    return label;
  }

  /** Returns the part of the heap that the area may use unless a setting says otherwise. */
  public int heapPercent() {
    return heapPercent;
  }
}
