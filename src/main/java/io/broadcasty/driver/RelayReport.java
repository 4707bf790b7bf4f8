package io.broadcasty.driver;

import com.google.errorprone.annotations.ThreadSafe;

/** Tells how relaying does; asks nobody. */
@ThreadSafe
@FunctionalInterface
public interface RelayReport {

  RelayStatus status();
}
