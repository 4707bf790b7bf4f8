package io.broadcasty.relay;

import com.google.errorprone.annotations.ThreadSafe;

/** Returns the status of the relay without calling a provider or a store. */
@ThreadSafe
@FunctionalInterface
public interface RelayStatusSource {

  RelayStatus status();
}
