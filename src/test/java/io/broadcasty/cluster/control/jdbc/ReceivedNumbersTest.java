package io.broadcasty.cluster.control.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReceivedNumbersTest {

  private final ReceivedNumbers numbers = new ReceivedNumbers(100);

  @Test
  void advancesOverReceivedNumbers() {
    assertTrue(numbers.add(1, 0));
    assertTrue(numbers.add(2, 0));
    numbers.advance(0);
    assertEquals(2, numbers.completedUpTo());
    assertFalse(numbers.add(2, 0));
  }

  @Test
  void waitsForAMissingNumberAndThenGivesUp() {
    assertTrue(numbers.add(1, 0));
    assertTrue(numbers.add(3, 10));
    assertTrue(numbers.add(4, 50));
    numbers.advance(109);
    assertEquals(1, numbers.completedUpTo());
    assertFalse(numbers.add(3, 109));
    assertTrue(numbers.add(2, 109), "it came late");
    numbers.advance(109);
    assertEquals(4, numbers.completedUpTo());
    assertTrue(numbers.add(7, 200));
    numbers.advance(300);
    assertEquals(7, numbers.completedUpTo());
    assertFalse(numbers.add(6, 300), "it was given up");
  }

  @Test
  void skipsAndResets() {
    numbers.add(5, 0);
    numbers.add(9, 0);
    assertEquals(9, numbers.last());
    numbers.skipTo(6);
    assertEquals(6, numbers.completedUpTo());
    assertFalse(numbers.add(5, 0));
    numbers.skipTo(3);
    assertEquals(6, numbers.completedUpTo());
    numbers.reset(2);
    assertTrue(numbers.add(5, 0));
    assertEquals(2, numbers.completedUpTo());
  }
}
