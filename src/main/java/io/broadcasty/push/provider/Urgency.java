package io.broadcasty.push.provider;

import org.jspecify.annotations.Nullable;

/**
 * The urgency of a notification, which tells a device how soon to wake for it (RFC 8030 section
 * 5.3, with its names). Services with fewer levels map them.
 */
public enum Urgency {
  VERY_LOW("very-low"),
  LOW("low"),
  NORMAL("normal"),
  HIGH("high");

  private final String wireName;

  Urgency(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }

  /** Returns the urgency with this name in the protocol; null when there is none. */
  public static @Nullable Urgency fromWireName(String wireName) {
    for (Urgency each : values()) {
      if (each.wireName.equals(wireName)) {
        return each;
      }
    }
    return null;
  }
}
