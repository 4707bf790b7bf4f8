package io.broadcasty.webhook;

import java.util.List;

/** What became of a request about webhooks. */
public sealed interface WebhookOutcome {

  /** Some endpoints of a tenant, and whether there are more. */
  record Page(List<WebhookEndpoint> endpoints, boolean more) implements WebhookOutcome {
    public Page {
      endpoints = List.copyOf(endpoints);
    }
  }

  /** An endpoint as it is now. */
  record Found(WebhookEndpoint endpoint) implements WebhookOutcome {}

  /**
   * An endpoint with a new secret.
   *
   * @param verifier what the receiver verifies with; empty when an app signs
   */
  record Issued(WebhookEndpoint endpoint, String verifier) implements WebhookOutcome {

    /** Omits the secret. */
    @Override
    public String toString() {
      return "Issued[" + endpoint + "]";
    }
  }

  /** The endpoint is deleted, and all of its messages. */
  record Deleted(WebhookEndpoint endpoint) implements WebhookOutcome {}

  /** Some messages of an endpoint, the latest first, and whether there are more. */
  record Deliveries(WebhookEndpoint endpoint, List<WebhookDelivery> deliveries, boolean more)
      implements WebhookOutcome {
    public Deliveries {
      deliveries = List.copyOf(deliveries);
    }
  }

  /** A message and its attempts. */
  record Delivery(WebhookEndpoint endpoint, WebhookDelivery delivery, List<WebhookAttempt> attempts)
      implements WebhookOutcome {
    public Delivery {
      attempts = List.copyOf(attempts);
    }
  }

  /**
   * Messages are sent again.
   *
   * @param more whether there are more of them, which were left alone
   */
  record Resent(WebhookEndpoint endpoint, int count, boolean more) implements WebhookOutcome {}

  /** How many secrets were encrypted again, and how many could not be. */
  record Encrypted(int encrypted, int failed) implements WebhookOutcome {}

  /** The tenant has no such endpoint, or the endpoint no such message. */
  record Missing() implements WebhookOutcome {}

  /** The request is not valid; the reason says why. */
  record Invalid(String reason) implements WebhookOutcome {}

  /** Two secrets are valid until then. */
  record RotationPending(long untilMillis) implements WebhookOutcome {}

  /** Others change the endpoint at the same time; trying again is right. */
  record Conflict() implements WebhookOutcome {}

  /** The database cannot be reached now. */
  record Unavailable() implements WebhookOutcome {}

  /** This node has no webhooks, for the reason. */
  record Off(String reason) implements WebhookOutcome {}
}
