package io.broadcasty.core.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemorySizeTest {

  private static final long HEAP = 700L << 20;

  @ParameterizedTest
  @CsvSource({"1000,1000", "64k,65536", "64m,67108864", "2G,2147483648", "100%,734003200"})
  void readsBytesUnitsAndPercentages(String text, long bytes) {
    assertEquals(bytes, MemorySize.parse(text).of(HEAP));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0%", "101%", "10 m", "-1", "1t", "m", "9999999999999"})
  void refusesAnythingElse(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> MemorySize.parse(text));
    assertTrue(String.valueOf(refused.getMessage()).contains("64m"), refused::toString);
  }

  @Test
  void theDefaultsLeaveAThirdOfTheHeap() {
    MemoryLimits limits = MemoryLimits.ofHeap(HEAP);
    long all = 0;
    for (MemoryArea area : MemoryArea.values()) {
      all += limits.bytes(area);
    }
    assertTrue(all < HEAP * 2 / 3, all + " of " + HEAP);
  }
}
