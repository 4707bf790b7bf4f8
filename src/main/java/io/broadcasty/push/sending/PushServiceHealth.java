package io.broadcasty.push.sending;

import io.broadcasty.push.device.PushService;
import org.jspecify.annotations.Nullable;

/**
 * Whether a push service can be used now, as operators see it.
 *
 * @param problem what is wrong and, where one is concerned, which setting; null when no problem is
 *     known
 */
public record PushServiceHealth(PushService service, @Nullable String problem) {}
