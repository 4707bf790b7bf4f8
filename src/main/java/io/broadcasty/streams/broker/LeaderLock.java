package io.broadcasty.streams.broker;

/** Runs a task on one node that would otherwise run on all. */
@FunctionalInterface
public interface LeaderLock {

  /**
   * Runs the task on this thread, unless another node runs it or has just run it.
   *
   * @throws BrokerException when that is not known; trying again later is right
   */
  void runIfAcquired(Runnable work);
}
