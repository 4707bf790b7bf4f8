package io.broadcasty.delivery.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ChannelNumbersTest {

  @Test
  void theLowestFreeNumberComesNext() {
    ChannelNumbers numbers = new ChannelNumbers();
    for (int i = 1; i <= 200; i++) {
      assertEquals(i, numbers.allocate());
    }
    numbers.release(7);
    numbers.release(150);
    numbers.release(3);
    assertEquals(3, numbers.allocate());
    assertEquals(7, numbers.allocate());
    assertEquals(150, numbers.allocate());
    assertEquals(201, numbers.allocate());
  }
}
