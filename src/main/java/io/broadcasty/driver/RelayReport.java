package io.broadcasty.driver;

import com.google.errorprone.annotations.ThreadSafe;

/** Returns the status of the relay without calling a provider or a store. */
@ThreadSafe
@FunctionalInterface
public interface RelayReport {

  RelayStatus status();
}
