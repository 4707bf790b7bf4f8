package io.broadcasty.transport.websocket.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MaskTest {

  private static final byte[] KEY = {(byte) 0xF1, 0x02, (byte) 0x83, 0x74};

  @Test
  void s5_3_everyByteIsXoredWithTheKeysByteOfItsPlace() {
    Random random = new Random(53);
    for (int length = 0; length <= 40; length++) {
      for (int from = 0; from <= 9; from++) {
        for (int cut = 0; cut <= length; cut++) {
          byte[] bytes = new byte[from + length + 9];
          random.nextBytes(bytes);
          byte[] expected = bytes.clone();
          for (int i = 0; i < length; i++) {
            expected[from + i] ^= KEY[i % 4];
          }
          int key = Mask.remove(Mask.keyAt(KEY, 0), bytes, from, from + cut);
          Mask.remove(key, bytes, from + cut, from + length);
          assertArrayEquals(expected, bytes, length + " bytes from " + from + ", cut at " + cut);
        }
      }
    }
  }

  @Test
  void aKeyIsReadFromAnyPlace() {
    byte[] bytes = {9, (byte) 0xF1, 0x02, (byte) 0x83, 0x74};
    assertEquals(Mask.keyAt(KEY, 0), Mask.keyAt(bytes, 1));
  }
}
