package io.broadcasty.webhook;

import io.broadcasty.core.http.EndpointGuard;
import java.time.Duration;

/**
 * Settings of webhooks.
 *
 * @param guard says where they may go
 * @param retention how long messages and attempts are kept
 */
public record WebhookSettings(EndpointGuard guard, Duration retention) {}
