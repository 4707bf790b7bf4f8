package io.broadcasty.driver;

/** Tells how relaying does; asks nobody. Safe for use by several threads. */
@FunctionalInterface
public interface RelayReport {

  RelayStatus status();
}
