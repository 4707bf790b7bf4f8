package io.broadcasty.push;

import org.jspecify.annotations.Nullable;

/** A kind of push service; its name in JSON and in the database is {@link #word}. */
public enum PushService {
  /** Browsers, by RFC 8030 and VAPID. */
  WEB_PUSH("webpush"),
  /** Firebase Cloud Messaging, HTTP v1. */
  FCM("fcm"),
  /** Apple Push Notification service. */
  APNS("apns"),
  ONE_SIGNAL("onesignal");

  private final String word;

  PushService(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /** The one with this word; null when there is none. */
  public static @Nullable PushService of(String word) {
    for (PushService each : values()) {
      if (each.word.equals(word)) {
        return each;
      }
    }
    return null;
  }
}
