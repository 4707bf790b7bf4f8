package io.broadcasty.hub;

import java.util.BitSet;

/**
 * Gives out numbers from 1, the lowest free one first, so that they stay short on the wire. Safe
 * for use by several threads.
 */
final class ChannelNumbers {

  // guarded by this
  private final BitSet taken = new BitSet();
  private int lowestFree;

  ChannelNumbers() {
    taken.set(0); // stands for none
    lowestFree = 1;
  }

  synchronized int take() {
    int number = lowestFree;
    taken.set(number);
    lowestFree = taken.nextClearBit(number);
    return number;
  }

  synchronized void giveBack(int number) {
    taken.clear(number);
    lowestFree = Math.min(lowestFree, number);
  }
}
