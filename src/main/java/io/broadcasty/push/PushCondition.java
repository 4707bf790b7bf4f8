package io.broadcasty.push;

import org.jspecify.annotations.Nullable;

/**
 * Whether a push service can be sent through now, for whoever looks after it.
 *
 * @param trouble what is the matter and, where one is concerned, which setting; null when all is
 *     well as far as is known
 */
public record PushCondition(PushService service, @Nullable String trouble) {}
