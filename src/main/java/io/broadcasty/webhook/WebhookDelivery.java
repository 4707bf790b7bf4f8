package io.broadcasty.webhook;

import org.jspecify.annotations.Nullable;

/**
 * A message on its way to an endpoint.
 *
 * @param number orders the messages of all endpoints
 * @param attempts how many were made
 * @param status of the last answer; 0 for none
 * @param reason why the last attempt has failed; null when it has not
 * @param dueAtMillis when it is to be tried; meaningless once it is finished
 */
public record WebhookDelivery(
    long number,
    String messageId,
    String endpointId,
    WebhookEventType type,
    @Nullable String channel,
    String body,
    State state,
    int attempts,
    int status,
    @Nullable String reason,
    long dueAtMillis,
    long createdAtMillis,
    long changedAtMillis) {

  /** What has become of a message. */
  public enum State {
    WAITING("waiting"),
    DELIVERED("delivered"),
    /** All attempts have failed; an administrator may have it sent again. */
    DEAD("dead");

    private final String wireName;

    State(String wireName) {
      this.wireName = wireName;
    }

    /** Returns the name in answers. */
    public String wireName() {
      return wireName;
    }

    /** Returns the state with a name; null when there is none. */
    public static @Nullable State fromWireName(String name) {
      for (State each : values()) {
        if (each.wireName.equals(name)) {
          return each;
        }
      }
      return null;
    }
  }

  /** Omits the body. */
  @Override
  public String toString() {
    return messageId;
  }
}
