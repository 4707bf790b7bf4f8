package io.broadcasty.cluster.counter;

/** Counts on this node. Called by any thread; must not block. */
@FunctionalInterface
public interface CounterSource {

  /** Returns how many there are on this node now. */
  int count(Counter counter);
}
