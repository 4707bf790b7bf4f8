package io.broadcasty.transport.websocket.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Removes the mask of a client's frame (RFC 6455, section 5.3), eight bytes at a time. A key is an
 * int with the wire's first byte lowest.
 */
final class Mask {

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Mask() {}

  /** Reads the key at an index. */
  static int keyAt(byte[] bytes, int at) {
    return (int) INTS.get(bytes, at);
  }

  /**
   * Unmasks the bytes in place.
   *
   * @return the key for the byte after them
   */
  static int remove(int key, byte[] bytes, int from, int to) {
    long twice = (key & 0xFFFFFFFFL) | ((long) key << 32);
    int at = from;
    for (; to - at >= Long.BYTES; at += Long.BYTES) {
      LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ twice);
    }
    int rest = key;
    for (; at < to; at++) {
      bytes[at] ^= (byte) rest;
      rest = Integer.rotateRight(rest, 8);
    }
    return rest;
  }
}
