package io.broadcasty.webhook;

import org.jspecify.annotations.Nullable;

/** The form and the signature of an endpoint's messages. */
public enum WebhookFormat {
  /** Standard Webhooks, signed by HMAC-SHA256 with a secret that both know ({@code v1}). */
  STANDARD("standard"),
  /**
   * Standard Webhooks, signed by ed25519, of which the receiver has the public key ({@code v1a}).
   */
  STANDARD_ED25519("standard-ed25519"),
  /** Pusher's form, signed with the secret of an app. */
  PUSHER("pusher");

  private final String wireName;

  WebhookFormat(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }

  /** Returns the format with a name; null when there is none. */
  public static @Nullable WebhookFormat fromWireName(String name) {
    for (WebhookFormat each : values()) {
      if (each.wireName.equals(name)) {
        return each;
      }
    }
    return null;
  }
}
