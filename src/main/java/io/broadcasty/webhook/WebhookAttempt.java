package io.broadcasty.webhook;

import org.jspecify.annotations.Nullable;

/**
 * What came of an attempt.
 *
 * @param attempt from 1
 * @param status of the answer; 0 for none
 * @param reason why it has failed; null when it has not
 * @param answer the beginning of the answer's body
 */
public record WebhookAttempt(
    int attempt,
    long atMillis,
    long tookMillis,
    int status,
    @Nullable String reason,
    String answer) {

  /** Omits the answer. */
  @Override
  public String toString() {
    return attempt + ": " + status;
  }
}
