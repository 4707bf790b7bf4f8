/**
 * The port to relay providers, and HTTP helpers that they share. To add a provider, implement
 * {@link io.broadcasty.relay.provider.ProviderFactory} and {@link
 * io.broadcasty.relay.provider.Provider}.
 */
@NullMarked
package io.broadcasty.relay.provider;

import org.jspecify.annotations.NullMarked;
