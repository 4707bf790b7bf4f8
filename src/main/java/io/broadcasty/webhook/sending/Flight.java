package io.broadcasty.webhook.sending;

import io.broadcasty.webhook.WebhookDelivery;
import java.util.concurrent.CompletableFuture;

/**
 * A message in flight. Compared by identity.
 *
 * @see EndpointLane
 */
final class Flight {

  private final EndpointLane lane;
  private final WebhookDelivery delivery;
  private final long startedNanos;
  private final long startedMillis;
  private final CompletableFuture<WebhookClient.Answer> answer;

  Flight(
      EndpointLane lane,
      WebhookDelivery delivery,
      long startedNanos,
      long startedMillis,
      CompletableFuture<WebhookClient.Answer> answer) {
    this.lane = lane;
    this.delivery = delivery;
    this.startedNanos = startedNanos;
    this.startedMillis = startedMillis;
    this.answer = answer;
  }

  EndpointLane lane() {
    return lane;
  }

  WebhookDelivery delivery() {
    return delivery;
  }

  long startedNanos() {
    return startedNanos;
  }

  long startedMillis() {
    return startedMillis;
  }

  /** Ends the call. */
  void abandon() {
    answer.cancel(true);
  }
}
