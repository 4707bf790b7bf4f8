package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.BitSet;

/**
 * Allocates channel numbers from 1, the lowest free one first, so that they stay short on the wire.
 */
@ThreadSafe
final class ChannelNumbers {

  @GuardedBy("this")
  private final BitSet taken = new BitSet();

  @GuardedBy("this")
  private int lowestFree;

  ChannelNumbers() {
    taken.set(0); // 0 stands for no number
    lowestFree = 1;
  }

  synchronized int allocate() {
    int number = lowestFree;
    taken.set(number);
    lowestFree = taken.nextClearBit(number);
    return number;
  }

  synchronized void release(int number) {
    taken.clear(number);
    lowestFree = Math.min(lowestFree, number);
  }
}
