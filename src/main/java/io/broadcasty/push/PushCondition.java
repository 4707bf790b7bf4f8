package io.broadcasty.push;

import org.jspecify.annotations.Nullable;

/**
 * Whether a push service can be used now, as operators see it.
 *
 * @param trouble what is wrong and, where one is concerned, which setting; null when no problem is
 *     known
 */
public record PushCondition(PushService service, @Nullable String trouble) {}
