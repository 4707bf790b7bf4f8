package io.broadcasty.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ChannelNumbersTest {

  @Test
  void theLowestFreeNumberComesNext() {
    ChannelNumbers numbers = new ChannelNumbers();
    for (int i = 1; i <= 200; i++) {
      assertEquals(i, numbers.take());
    }
    numbers.giveBack(7);
    numbers.giveBack(150);
    numbers.giveBack(3);
    assertEquals(3, numbers.take());
    assertEquals(7, numbers.take());
    assertEquals(150, numbers.take());
    assertEquals(201, numbers.take());
  }
}
