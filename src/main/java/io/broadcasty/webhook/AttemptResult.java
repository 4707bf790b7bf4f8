package io.broadcasty.webhook;

/**
 * What is stored after an attempt.
 *
 * @param delivery as it was before the attempt
 * @param state waiting when it is tried again
 * @param nextAtMillis when it is tried again; meaningless for other states
 */
public record AttemptResult(
    WebhookDelivery delivery,
    WebhookAttempt attempt,
    WebhookDelivery.State state,
    long nextAtMillis) {}
