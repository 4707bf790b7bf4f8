package io.broadcasty.push;

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
}
