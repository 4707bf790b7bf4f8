package io.broadcasty.hub;

/** One connection's interest in one channel. */
@FunctionalInterface
public interface Subscriber {

  /**
   * A publication of the channel. Calls for one partition come one at a time and in order; those
   * for different partitions may come at once. Must neither block nor throw.
   */
  void onPublication(EncodedPublication publication);
}
