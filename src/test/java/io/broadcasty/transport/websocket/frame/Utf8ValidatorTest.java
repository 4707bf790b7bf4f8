package io.broadcasty.transport.websocket.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Utf8ValidatorTest {

  /** Values on both sides of every limit that RFC 3629 sets for a byte. */
  private static final int[] LIMITS = {
    0, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED,
    0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF
  };

  @Test
  void everyCharacterIsValid() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
        byte[] bytes = Character.toString(c).getBytes(StandardCharsets.UTF_8);
        byte state = Utf8Validator.check(Utf8Validator.BOUNDARY, bytes, 0, bytes.length);
        assertEquals(Utf8Validator.BOUNDARY, state, Integer.toHexString(c));
      }
    }
  }

  @Test
  void twoByteSequencesMatchTheReference() {
    for (int i = 0; i < 0x10000; i++) {
      assertMatchesReference((byte) (i >> 8), (byte) i);
    }
  }

  @Test
  void fourByteSequencesMatchTheReference() {
    for (int first : LIMITS) {
      for (int second : LIMITS) {
        for (int third : LIMITS) {
          assertMatchesReference((byte) first, (byte) second, (byte) third);
          for (int fourth : LIMITS) {
            assertMatchesReference((byte) first, (byte) second, (byte) third, (byte) fourth);
          }
        }
      }
    }
  }

  @Test
  void detectsAnInvalidByteAnywhere() {
    for (int length = 1; length <= 40; length++) {
      byte[] text = new byte[length];
      Arrays.fill(text, (byte) 'a');
      for (int bad = 0; bad < length; bad++) {
        text[bad] = (byte) 0xFF;
        for (int cut = 0; cut <= length; cut++) {
          byte state = Utf8Validator.check(Utf8Validator.BOUNDARY, text, 0, cut);
          assertEquals(bad < cut ? Utf8Validator.INVALID : Utf8Validator.BOUNDARY, state);
          assertEquals(Utf8Validator.INVALID, Utf8Validator.check(state, text, cut, length));
        }
        text[bad] = 'a';
      }
    }
  }

  @Test
  void readsOnlyTheGivenRange() {
    byte[] text = {(byte) 0xFF, 'a', 'b', (byte) 0xFF};
    assertEquals(Utf8Validator.BOUNDARY, Utf8Validator.check(Utf8Validator.BOUNDARY, text, 1, 3));
    assertEquals(Utf8Validator.BOUNDARY, Utf8Validator.check(Utf8Validator.BOUNDARY, text, 0, 0));
  }

  /**
   * Asserts that the check agrees with the reference (valid, a valid beginning, or neither), also
   * byte by byte.
   */
  private static void assertMatchesReference(byte... bytes) {
    byte state = Utf8Validator.check(Utf8Validator.BOUNDARY, bytes, 0, bytes.length);
    String judged =
        state == Utf8Validator.BOUNDARY
            ? "valid"
            : state == Utf8Validator.INVALID ? "invalid" : "a beginning";
    String expected =
        ReferenceReader.isUtf8(bytes)
            ? "valid"
            : ReferenceReader.mayBegin(bytes) ? "a beginning" : "invalid";
    if (!judged.equals(expected)) {
      assertEquals(expected, judged, HexFormat.of().formatHex(bytes));
    }
    byte step = Utf8Validator.BOUNDARY;
    for (int i = 0; i < bytes.length; i++) {
      step = Utf8Validator.check(step, bytes, i, i + 1);
    }
    assertEquals(state, step);
  }
}
