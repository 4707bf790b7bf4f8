/**
 * The port to push services: the notification, the provider that sends it, and HTTP helpers that
 * providers share. To add a push service, implement {@link
 * io.broadcasty.push.provider.PushProviderFactory} and {@link
 * io.broadcasty.push.provider.PushProvider}.
 */
@NullMarked
package io.broadcasty.push.provider;

import org.jspecify.annotations.NullMarked;
