package io.broadcasty.broker;

/** Has something done by one node that would otherwise be done by all. */
@FunctionalInterface
public interface Turn {

  /**
   * Does it, on this thread, unless another node does or has just done it.
   *
   * @throws BrokerException when that cannot be told; trying again later is right
   */
  void take(Runnable work);
}
