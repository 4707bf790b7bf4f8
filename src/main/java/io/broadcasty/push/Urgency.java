package io.broadcasty.push;

import org.jspecify.annotations.Nullable;

/**
 * How soon a device should be woken for a notification (RFC 8030 section 5.3, whose words these
 * are). Services that know fewer degrees map them.
 */
public enum Urgency {
  VERY_LOW("very-low"),
  LOW("low"),
  NORMAL("normal"),
  HIGH("high");

  private final String word;

  Urgency(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /** The one with this word; null when there is none. */
  public static @Nullable Urgency of(String word) {
    for (Urgency each : values()) {
      if (each.word.equals(word)) {
        return each;
      }
    }
    return null;
  }
}
