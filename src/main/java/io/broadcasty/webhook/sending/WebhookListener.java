package io.broadcasty.webhook.sending;

import io.broadcasty.webhook.WebhookDelivery;
import io.broadcasty.webhook.WebhookEndpoint;

/** What happens while webhooks are sent. Methods are quick, and are called by one thread. */
public interface WebhookListener {

  /**
   * An attempt has ended, and that is stored.
   *
   * @param state waiting when the message is tried again
   */
  void onAttempt(WebhookDelivery.State state, long tookNanos);

  /** An endpoint is disabled, by this node. */
  void onDisabled(WebhookEndpoint endpoint, String reason);
}
