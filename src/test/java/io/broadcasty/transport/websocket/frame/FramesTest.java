package io.broadcasty.transport.websocket.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.transport.websocket.frame.WebSocketPeer.ServerFrame;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FramesTest {

  @Test
  void s5_7_theExamplesOfAServer() {
    assertHex("81 05 48 65 6c 6c 6f", Frames.text("Hello"));
    assertHex("89 05 48 65 6c 6c 6f", Frames.ping(ClientFrame.utf8("Hello")));
    assertHex("8a 05 48 65 6c 6c 6f", Frames.pong(ClientFrame.utf8("Hello")));
    byte[] of256 = Frames.text("x".repeat(256));
    assertHex("81 7e 01 00", Arrays.copyOf(of256, 4)); // the RFC's example is binary: 82
    assertEquals(4 + 256, of256.length);
    byte[] of64KiB = Frames.text("x".repeat(65536));
    assertHex("81 7f 00 00 00 00 00 01 00 00", Arrays.copyOf(of64KiB, 10));
    assertEquals(10 + 65536, of64KiB.length);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 81 00",
    "1, 81 01",
    "125, 81 7d",
    "126, 81 7e 00 7e",
    "127, 81 7e 00 7f",
    "65535, 81 7e ff ff",
    "65536, 81 7f 00 00 00 00 00 01 00 00",
    "16777217, 81 7f 00 00 00 00 01 00 00 01"
  })
  void s5_2_theLengthHasItsShortestForm(int length, String header) throws IOException {
    byte[] body = new byte[length];
    Arrays.fill(body, (byte) 'y');
    byte[] frame = Frames.text(body);
    byte[] start = hex(header);
    assertArrayEquals(start, Arrays.copyOf(frame, start.length));
    assertArrayEquals(body, Arrays.copyOfRange(frame, start.length, frame.length));
    assertArrayEquals(body, parsed(frame).body());
  }

  @Test
  void s5_6_aTextIsUtf8() throws IOException {
    String text = "é€🎉\u0000\uFFFF";
    assertArrayEquals(ClientFrame.utf8(text), parsed(Frames.text(text)).body());
    assertArrayEquals(Frames.text(ClientFrame.utf8(text)), Frames.text(text));
    assertHex("81 03 61 3f 62", Frames.text("a\uD83Cb"));
  }

  @Test
  void s5_5_2_aPingWithoutABodyIsMadeOnce() {
    assertHex("89 00", Frames.emptyPing());
    assertSame(Frames.emptyPing(), Frames.emptyPing());
    assertArrayEquals(Frames.emptyPing(), Frames.ping(new byte[0]));
  }

  @Test
  void s5_5_aControlFrameHasABodyOfAtMost125Bytes() {
    assertEquals(127, Frames.ping(new byte[125]).length);
    assertEquals(127, Frames.pong(new byte[125]).length);
    assertThrows(IllegalArgumentException.class, () -> Frames.ping(new byte[126]));
    assertThrows(IllegalArgumentException.class, () -> Frames.pong(new byte[126]));
  }

  @Test
  void s5_5_1_aCloseFrameBeginsWithItsCode() {
    assertHex("88 02 03 e8", Frames.close(1000, ""));
    assertHex("88 05 10 04 62 79 65", Frames.close(4100, "bye"));
  }

  @Test
  void s5_5_1_aCloseFrameIsAnsweredWithItsCode() {
    assertHex("88 02 0f a0", Frames.closeAnswer(4000));
    assertHex("88 00", Frames.closeAnswer(CloseCodes.NONE));
  }

  @Test
  void s7_1_7_aCloseFrameIsKnownByItsFirstBytes() {
    byte[] close = ClientFrame.close(1002, "").bytes();
    assertTrue(Frames.isClose(close, close.length));
    assertTrue(Frames.isClose(close, 2));
    assertFalse(Frames.isClose(close, 1), "what lies behind is of an earlier read");
    assertFalse(Frames.isClose(close, 0));
    byte[] ping = ClientFrame.of(ClientFrame.PING, "").bytes();
    assertFalse(Frames.isClose(ping, ping.length));
    byte[] ofAServer = Frames.close(1002, "");
    assertFalse(Frames.isClose(ofAServer, ofAServer.length));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "é", "€", "🎉"})
  void s5_5_1_aReasonIsCutBetweenTwoCharacters(String character) throws IOException {
    for (int before = 110; before <= 130; before++) {
      String reason = "r".repeat(before) + character.repeat(10);
      ServerFrame frame = parsed(Frames.close(1000, reason));
      String kept = new String(frame.body(), 2, frame.body().length - 2, StandardCharsets.UTF_8);
      assertEquals(reason.substring(0, kept.length()), kept);
      int fits = Math.min(before, 123);
      int size = ClientFrame.utf8(character).length;
      int characters = Math.max(0, Math.min(10, (123 - before) / size));
      assertEquals(2 + fits + characters * size, frame.body().length, "after " + before);
    }
  }

  @Test
  void s7_4_aCodeThatIsNotForTheWireIsNotSent() {
    for (int code = -1; code <= 70_000; code++) {
      int unsent = code;
      boolean defined =
          (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006)
              || (code >= 3000 && code <= 4999);
      assertEquals(defined, CloseCodes.isSendable(code), "code " + code);
      if (!defined) {
        assertThrows(IllegalArgumentException.class, () -> Frames.close(unsent, ""));
      } else {
        assertEquals(4, Frames.close(code, "").length);
      }
    }
  }

  private static ServerFrame parsed(byte[] frame) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(frame);
    ServerFrame parsed = Objects.requireNonNull(ServerFrame.read(in));
    assertEquals(0, in.available());
    return parsed;
  }

  private static byte[] hex(String hex) {
    return HexFormat.ofDelimiter(" ").parseHex(hex);
  }

  private static void assertHex(String expected, byte[] bytes) {
    assertEquals(expected, HexFormat.ofDelimiter(" ").formatHex(bytes));
  }
}
