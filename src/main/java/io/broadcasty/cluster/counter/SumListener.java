package io.broadcasty.cluster.counter;

/** Is told the sums that are watched. Called by one thread at a time; must not block for long. */
@FunctionalInterface
public interface SumListener {

  /**
   * Called with a sum that this node has not been told yet.
   *
   * @param reporter whether this is the one node of those that count it that tells what the cluster
   *     has to be told once; two may believe so for a moment
   */
  void onSum(Counter counter, int sum, boolean reporter);
}
