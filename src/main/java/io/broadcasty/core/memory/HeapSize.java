package io.broadcasty.core.memory;

import org.jspecify.annotations.Nullable;

/** Estimates how much of the heap common objects take. */
public final class HeapSize {

  /** The string, its array, and their alignment. */
  private static final int TEXT_BYTES = 48;

  private HeapSize() {}

  /** Returns what a string takes, in bytes; 0 for null. A character takes one byte or two. */
  public static int ofText(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    return TEXT_BYTES + (isLatin1(text) ? text.length() : 2 * text.length());
  }

  private static boolean isLatin1(String text) {
    int bits = 0;
    for (int i = 0; i < text.length(); i++) {
      bits |= text.charAt(i);
    }
    return bits < 256;
  }
}
