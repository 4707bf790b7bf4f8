package io.broadcasty.core.memory;

import java.util.Arrays;

/**
 * Bytes that arrive in parts, kept in chunks of at most 64 KB. One array that grows would be copied
 * again and again, and from half a region of the heap on (512 KB in a heap of 700 MB) G1 gives it
 * whole regions of its own, twice what a budget counts, and collects them in cycles over the heap.
 *
 * <p>The first chunk has the size of the first part, and each further one doubles the capacity
 * until it has 64 KB; so many small parts need few chunks, and no more than twice the bytes is
 * kept. Used by one thread at a time.
 */
public final class ByteChunks {

  private static final int MAX_CHUNK = 64 * 1024;
  private static final byte[][] NONE = {};

  private byte[][] chunks = NONE;
  private int count;
  private int length;
  private int capacity;

  /** The bytes of the last chunk that are used. */
  private int used;

  /** Returns the number of bytes appended. */
  public int length() {
    return length;
  }

  /** Returns the bytes of all chunks. */
  public int capacity() {
    return capacity;
  }

  /**
   * Returns the capacity after so many more bytes have been appended.
   *
   * @param atMost the length that is never exceeded
   */
  public int capacityFor(int more, int atMost) {
    int after = capacity;
    while (after - length < more) {
      after += nextChunk(after, length + more, atMost);
    }
    return after;
  }

  /**
   * Appends a part of an array.
   *
   * @param atMost as in {@link #capacityFor}
   */
  public void append(byte[] from, int offset, int size, int atMost) {
    int at = offset;
    int end = offset + size;
    int needed = length + size;
    while (at < end) {
      if (count == 0 || used == chunks[count - 1].length) {
        addChunk(nextChunk(capacity, needed, atMost));
      }
      byte[] last = chunks[count - 1];
      int part = Math.min(end - at, last.length - used);
      System.arraycopy(from, at, last, used, part);
      used += part;
      at += part;
    }
    length = needed;
  }

  /** Returns the size of the chunk that follows chunks of this capacity. */
  private static int nextChunk(int capacity, int needed, int atMost) {
    int wanted = Math.max(needed - capacity, capacity);
    return Math.min(Math.min(wanted, MAX_CHUNK), Math.max(atMost, needed) - capacity);
  }

  private void addChunk(int size) {
    if (count == chunks.length) {
      chunks = Arrays.copyOf(chunks, Math.max(4, 2 * count));
    }
    chunks[count++] = new byte[size];
    capacity += size;
    used = 0;
  }

  /** Returns all bytes in one array, which is kept as the only chunk from then on. */
  public byte[] toArray() {
    if (count == 1 && length == chunks[0].length) {
      return chunks[0];
    }
    byte[] all = new byte[length];
    int at = 0;
    for (int i = 0; i < count; i++) {
      int part = Math.min(chunks[i].length, length - at);
      System.arraycopy(chunks[i], 0, all, at, part);
      at += part;
    }
    chunks = new byte[][] {all};
    count = 1;
    capacity = length;
    used = length;
    return all;
  }
}
