package io.broadcasty.transport.websocket.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Validates UTF-8 (RFC 3629) incrementally, so that an invalid byte is detected when it arrives.
 * The state is a byte that encodes which bytes may come next.
 */
final class Utf8Validator {

  /** The state between two characters, at which a text begins and may end. */
  static final byte BOUNDARY = 0;

  /** The state after an invalid byte. */
  static final byte INVALID = -1;

  private static final byte ONE_MORE = 1;
  private static final byte TWO_MORE = 2;
  private static final byte THREE_MORE = 3;

  /** The state of two more bytes after E0: less than A0 would be an overlong form. */
  private static final byte TWO_MORE_FROM_A0 = 4;

  /** The state of two more bytes after ED: more than 9F would be half a surrogate pair. */
  private static final byte TWO_MORE_TO_9F = 5;

  /** The state of three more bytes after F0: less than 90 would be an overlong form. */
  private static final byte THREE_MORE_FROM_90 = 6;

  /** The state of three more bytes after F4: more than 8F would be beyond U+10FFFF. */
  private static final byte THREE_MORE_TO_8F = 7;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long NOT_ASCII = 0x8080808080808080L;

  private Utf8Validator() {}

  /**
   * Checks bytes.
   *
   * @param state the result of an earlier call, or {@link #BOUNDARY} at the text's beginning
   * @return the state after the bytes
   */
  static byte check(byte state, byte[] bytes, int from, int to) {
    byte now = state;
    int at = from;
    while (at < to && now != INVALID) {
      if (now == BOUNDARY) {
        while (to - at >= Long.BYTES && ((long) LONGS.get(bytes, at) & NOT_ASCII) == 0) {
          at += Long.BYTES;
        }
        if (at == to) {
          break;
        }
      }
      now = next(now, bytes[at++] & 0xFF);
    }
    return now;
  }

  private static byte next(byte state, int b) {
    return switch (state) {
      case BOUNDARY -> first(b);
      case ONE_MORE -> within(b, 0x80, 0xBF, BOUNDARY);
      case TWO_MORE -> within(b, 0x80, 0xBF, ONE_MORE);
      case THREE_MORE -> within(b, 0x80, 0xBF, TWO_MORE);
      case TWO_MORE_FROM_A0 -> within(b, 0xA0, 0xBF, ONE_MORE);
      case TWO_MORE_TO_9F -> within(b, 0x80, 0x9F, ONE_MORE);
      case THREE_MORE_FROM_90 -> within(b, 0x90, 0xBF, TWO_MORE);
      case THREE_MORE_TO_8F -> within(b, 0x80, 0x8F, TWO_MORE);
      default -> INVALID;
    };
  }

  private static byte first(int b) {
    if (b < 0x80) {
      return BOUNDARY;
    } else if (b < 0xC2) { // a continuation byte, or an overlong form
      return INVALID;
    } else if (b < 0xE0) {
      return ONE_MORE;
    } else if (b < 0xF0) {
      return b == 0xE0 ? TWO_MORE_FROM_A0 : b == 0xED ? TWO_MORE_TO_9F : TWO_MORE;
    } else if (b < 0xF5) {
      return b == 0xF0 ? THREE_MORE_FROM_90 : b == 0xF4 ? THREE_MORE_TO_8F : THREE_MORE;
    }
    return INVALID;
  }

  private static byte within(int b, int lowest, int highest, byte then) {
    return b >= lowest && b <= highest ? then : INVALID;
  }
}
