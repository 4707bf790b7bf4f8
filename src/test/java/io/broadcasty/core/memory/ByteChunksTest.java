package io.broadcasty.core.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteChunksTest {

  private static final int MIB = 1 << 20;

  @Test
  void keepsPartsOfAllSizesInTheirOrder() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      byte[] all = new byte[1 + random.nextInt(400_000)];
      random.nextBytes(all);
      ByteChunks chunks = new ByteChunks();
      int largest = 1 + random.nextInt(round % 2 == 0 ? 100 : 100_000);
      for (int at = 0; at < all.length; ) {
        int part = Math.min(all.length - at, random.nextInt(largest + 1));
        int expected = chunks.capacityFor(part, all.length);
        chunks.append(all, at, part, all.length);
        at += part;
        assertEquals(expected, chunks.capacity());
        assertEquals(at, chunks.length());
        assertTrue(chunks.capacity() <= Math.min(all.length, 2 * at), "at most twice the bytes");
      }
      assertArrayEquals(all, chunks.toArray());
      assertSame(chunks.toArray(), chunks.toArray());
    }
  }

  @Test
  void aSinglePartNeedsNoCopyOfItsChunk() {
    ByteChunks chunks = new ByteChunks();
    chunks.append(new byte[] {0, 1, 2, 3}, 1, 2, MIB);
    assertEquals(2, chunks.capacity());
    assertArrayEquals(new byte[] {1, 2}, chunks.toArray());
  }

  @Test
  void growsByAtMost64KilobytesAtATime() {
    ByteChunks chunks = new ByteChunks();
    byte[] part = new byte[100];
    int before = 0;
    while (chunks.length() + part.length <= MIB) {
      chunks.append(part, 0, part.length, MIB);
      assertTrue(chunks.capacity() - before <= 64 * 1024);
      before = chunks.capacity();
    }
    assertEquals(64 * 1024, ByteChunksTest.largestChunk(chunks));
  }

  @Test
  void aPartLongerThanExpectedIsKept() {
    ByteChunks chunks = new ByteChunks();
    byte[] part = new byte[200_000];
    Arrays.fill(part, (byte) 7);
    chunks.append(part, 0, part.length, 10);
    assertArrayEquals(part, chunks.toArray());
  }

  private static int largestChunk(ByteChunks chunks) {
    int before = chunks.capacity();
    int room = before - chunks.length();
    return chunks.capacityFor(room + 1, 2 * MIB) - before;
  }
}
