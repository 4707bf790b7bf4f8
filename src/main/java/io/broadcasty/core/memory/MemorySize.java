package io.broadcasty.core.memory;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory as it is configured: a number of bytes, or a part of the heap.
 *
 * @param bytes the number of bytes; 0 for a part of the heap
 * @param heapPercent the part of the heap in percent; 0 for a number of bytes
 */
public record MemorySize(long bytes, int heapPercent) {

  /** What {@link #parse} accepts. */
  public static final String FORM = "a size such as 64m, 1g or 10% (of the heap)";

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,12})([kKmMgG%]?)");

  public MemorySize {
    if ((bytes < 1) == (heapPercent < 1) || heapPercent > 100) {
      throw new IllegalArgumentException("must be " + FORM);
    }
  }

  /**
   * Parses a size: bytes, bytes with the unit {@code k}, {@code m} or {@code g} (powers of 1024),
   * or a percentage of the heap.
   *
   * @throws IllegalArgumentException when the text is none; the message says what is expected
   */
  public static MemorySize parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("must be " + FORM);
    }
    long number = Long.parseLong(matcher.group(1));
    String unit = matcher.group(2);
    if (unit.equals("%")) {
      return new MemorySize(0, (int) Math.min(number, Integer.MAX_VALUE));
    }
    int shift =
        switch (unit) {
          case "k", "K" -> 10;
          case "m", "M" -> 20;
          case "g", "G" -> 30;
          default -> 0;
        };
    return new MemorySize(Math.multiplyExact(number, 1L << shift), 0);
  }

  /** Returns the number of bytes, at least 1. */
  public long of(long heapBytes) {
    return bytes > 0 ? bytes : Math.max(1, heapBytes / 100 * heapPercent);
  }
}
