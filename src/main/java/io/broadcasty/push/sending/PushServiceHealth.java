package io.broadcasty.push.sending;

import io.broadcasty.push.device.PushService;
import org.jspecify.annotations.Nullable;

/**
 * The health of a push service on this node.
 *
 * @param problem what is wrong and, where one is concerned, which setting; null when no problem is
 *     known
 * @param sending whether notifications are sent, at least to devices that the problem does not
 *     concern
 */
public record PushServiceHealth(PushService service, @Nullable String problem, boolean sending) {}
