package io.broadcasty.transport.websocket.frame;

import static io.broadcasty.transport.websocket.frame.ClientFrame.BINARY;
import static io.broadcasty.transport.websocket.frame.ClientFrame.CLOSE;
import static io.broadcasty.transport.websocket.frame.ClientFrame.CONTINUATION;
import static io.broadcasty.transport.websocket.frame.ClientFrame.PING;
import static io.broadcasty.transport.websocket.frame.ClientFrame.PONG;
import static io.broadcasty.transport.websocket.frame.ClientFrame.TEXT;
import static io.broadcasty.transport.websocket.frame.ClientFrame.bytes;
import static io.broadcasty.transport.websocket.frame.ClientFrame.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {

  private static final int MAX = 1 << 20;

  /** A session with every kind of frame and every form of a length. */
  private static final byte[] SESSION =
      bytes(
          ClientFrame.of(TEXT, "Hello"),
          ClientFrame.of(TEXT, "κόσμε 🎉").notLast(),
          ClientFrame.of(PING, "p"),
          ClientFrame.of(CONTINUATION, "").notLast(),
          ClientFrame.of(CONTINUATION, "x".repeat(130)),
          ClientFrame.of(BINARY, new byte[70]).notLast(),
          ClientFrame.of(PONG, ""),
          ClientFrame.of(CONTINUATION, new byte[3]),
          ClientFrame.of(TEXT, ""),
          ClientFrame.of(TEXT, "z".repeat(65536)),
          ClientFrame.close(4000, "so long"));

  private static final List<String> TOLD =
      List.of(
          Heard.text("Hello"),
          Heard.ping(utf8("p")),
          Heard.text("κόσμε 🎉" + "x".repeat(130)),
          Heard.pong(new byte[0]),
          Heard.binary(73),
          Heard.text(""),
          Heard.text("z".repeat(65536)),
          Heard.close(4000, "so long"));

  @Test
  void s5_2_aStreamMayBeCutAtAnyPlace() {
    assertEquals(TOLD, Heard.of(MAX, SESSION));
    for (int cut = 0; cut <= SESSION.length; cut += isWithinTheLongBody(cut) ? 499 : 1) {
      byte[] before = Arrays.copyOf(SESSION, cut);
      byte[] after = Arrays.copyOfRange(SESSION, cut, SESSION.length);
      assertEquals(TOLD, Heard.of(MAX, before, after), "cut at " + cut);
    }
  }

  @Test
  void s5_2_aStreamMayBeCutIntoPiecesOfAnyLength() {
    for (int length = 1; length <= 300; length++) {
      assertEquals(TOLD, Heard.of(MAX, pieces(SESSION, length)), "pieces of " + length);
    }
  }

  @Test
  void bytesAreReadFromWhereTheyLie() throws FrameException {
    byte[] frame = ClientFrame.of(TEXT, "here").bytes();
    byte[] buffer = new byte[frame.length + 20];
    Arrays.fill(buffer, (byte) 0x99);
    System.arraycopy(frame, 0, buffer, 7, frame.length);
    byte[] around = buffer.clone();
    Heard heard = new Heard();
    new FrameReader(MAX, heard).read(buffer, 7, frame.length);
    assertEquals(List.of(Heard.text("here")), heard.events);
    System.arraycopy(frame, 0, buffer, 7, frame.length);
    assertArrayEquals(around, buffer, "nothing outside is touched");
    FrameReader reader = new FrameReader(MAX, heard);
    assertThrows(IndexOutOfBoundsException.class, () -> reader.read(buffer, 20, buffer.length));
    assertThrows(IndexOutOfBoundsException.class, () -> reader.read(buffer, -1, 2));
  }

  @Test
  void s5_2_everyFirstByteIsJudged() {
    for (int first = 0; first < 256; first++) {
      byte[] frame = {(byte) first, (byte) 0x80, 1, 2, 3, 4};
      List<String> expected =
          switch (first) {
            case 0x01, 0x02 -> List.of(); // a message has begun
            case 0x81 -> List.of(Heard.text(""));
            case 0x82 -> List.of(Heard.binary(0));
            case 0x88 -> List.of(Heard.close(1005, ""));
            case 0x89 -> List.of(Heard.ping(new byte[0]));
            case 0x8A -> List.of(Heard.pong(new byte[0]));
            default -> List.of(Heard.fault(1002));
          };
      assertEquals(expected, Heard.of(MAX, frame), Integer.toHexString(first));
      List<String> alone = expected.contains(Heard.fault(1002)) ? expected : List.of();
      assertEquals(alone, Heard.of(MAX, new byte[] {(byte) first}), "judged as soon as it comes");
    }
  }

  @Test
  void s5_4_everyFirstByteIsJudgedWithinAMessage() {
    byte[] start = ClientFrame.of(TEXT, "a").notLast().bytes();
    for (int first = 0; first < 256; first++) {
      byte[] frame = {(byte) first, (byte) 0x80, 1, 2, 3, 4};
      List<String> expected =
          switch (first) {
            case 0x00 -> List.of();
            case 0x80 -> List.of(Heard.text("a"));
            case 0x88 -> List.of(Heard.close(1005, ""));
            case 0x89 -> List.of(Heard.ping(new byte[0]));
            case 0x8A -> List.of(Heard.pong(new byte[0]));
            default -> List.of(Heard.fault(1002));
          };
      assertEquals(expected, Heard.of(MAX, start, frame), Integer.toHexString(first));
    }
  }

  @Test
  void s5_2_everySecondByteIsJudged() {
    for (int second = 0; second < 256; second++) {
      boolean masked = second >= 0x80;
      int length = second & 0x7F;
      List<String> none = List.of();
      List<String> fault = List.of(Heard.fault(1002));
      assertEquals(masked ? none : fault, Heard.of(MAX, new byte[] {(byte) 0x81, (byte) second}));
      assertEquals(
          masked && length <= 125 ? none : fault,
          Heard.of(MAX, new byte[] {(byte) 0x89, (byte) second}));
      assertEquals(
          masked && length <= 125 && length != 1 ? none : fault,
          Heard.of(MAX, new byte[] {(byte) 0x88, (byte) second}));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 65535, 65536, MAX})
  void s5_2_everyLengthHasOneForm(int length) {
    byte[] body = new byte[length];
    Arrays.fill(body, (byte) 'l');
    ClientFrame text = ClientFrame.of(TEXT, body);
    String expected = Heard.text("l".repeat(length));
    assertEquals(List.of(expected), Heard.of(MAX, text.bytes()));
    assertEquals(List.of(expected), Heard.of(MAX, pieces(text.bytes(), 1000)));
    assertEquals(
        List.of(Heard.binary(length)), Heard.of(MAX, ClientFrame.of(BINARY, body).bytes()));
    for (int inBytes : new int[] {2, 8}) {
      if (inBytes > text.lengthBytes()) {
        List<String> fault = List.of(Heard.fault(1002));
        assertEquals(fault, Heard.of(MAX, text.saying(length, inBytes).bytes()));
      }
    }
  }

  @Test
  void s5_2_theHighestBitOfALengthIsRefusedAtItsByte() {
    byte[] start = HexFormat.of().parseHex("81ff80");
    assertEquals(List.of(Heard.fault(1002)), Heard.of(MAX, start));
  }

  @Test
  void s5_5_1_everyCloseCodeIsJudged() {
    for (int code = 0; code <= 5000; code++) {
      List<String> expected =
          CloseCodes.isSendable(code)
              ? List.of(Heard.close(code, "é"))
              : List.of(Heard.fault(1002));
      assertEquals(expected, Heard.of(MAX, ClientFrame.close(code, "é").bytes()), "" + code);
    }
    assertEquals(List.of(Heard.fault(1002)), Heard.of(MAX, ClientFrame.close(65535, "").bytes()));
  }

  @Test
  void s5_5_1_theReasonMayHaveAll123Bytes() {
    String reason = "r".repeat(123);
    byte[] frame = ClientFrame.close(1001, reason).bytes();
    assertEquals(List.of(Heard.close(1001, reason)), Heard.of(MAX, frame));
    assertEquals(List.of(Heard.close(1001, reason)), Heard.of(MAX, pieces(frame, 1)));
  }

  @Test
  void s5_5_1_afterACloseFrameNothingIsHeardNorRefused() throws FrameException {
    Heard heard = new Heard();
    FrameReader reader = new FrameReader(MAX, heard);
    byte[] bytes =
        bytes(ClientFrame.close(1000, ""), ClientFrame.of(TEXT, "late"), ClientFrame.of(15, ""));
    assertFalse(reader.isOver());
    reader.read(bytes, 0, bytes.length);
    assertTrue(reader.isOver());
    byte[] more = ClientFrame.of(TEXT, "later").unmasked().bytes();
    reader.read(more, 0, more.length);
    assertEquals(List.of(Heard.close(1000, "")), heard.events);
  }

  @Test
  void s7_1_7_afterAFaultNothingIsHeardNorRefused() throws FrameException {
    Heard heard = new Heard();
    FrameReader reader = new FrameReader(MAX, heard);
    byte[] bytes =
        bytes(
            ClientFrame.of(TEXT, "good"),
            ClientFrame.of(TEXT, "bad").reserved(0x40),
            ClientFrame.of(TEXT, "late"));
    FrameException fault =
        assertThrows(FrameException.class, () -> reader.read(bytes, 0, bytes.length));
    assertEquals(1002, fault.closeCode());
    assertEquals(List.of(Heard.text("good")), heard.events);
    assertTrue(reader.isOver());
    byte[] more = ClientFrame.of(TEXT, "later").bytes();
    reader.read(more, 0, more.length);
    assertEquals(List.of(Heard.text("good")), heard.events);
  }

  @Test
  void aFaultSaysWhatIsWrongInAReasonThatFitsACloseFrame() {
    List<byte[]> faults =
        List.of(
            ClientFrame.of(TEXT, "").reserved(0x70).bytes(),
            ClientFrame.of(15, "").bytes(),
            ClientFrame.of(CONTINUATION, "").bytes(),
            bytes(ClientFrame.of(TEXT, "").notLast(), ClientFrame.of(TEXT, "")),
            ClientFrame.of(PING, "").notLast().bytes(),
            ClientFrame.of(PING, new byte[126]).bytes(),
            ClientFrame.of(TEXT, "").unmasked().bytes(),
            ClientFrame.of(TEXT, "").saying(65535, 8).bytes(),
            ClientFrame.of(TEXT, "").saying(-1, 8).bytes(),
            ClientFrame.of(TEXT, "").saying(Long.MAX_VALUE, 8).bytes(),
            ClientFrame.of(TEXT, new byte[] {-1}).bytes(),
            ClientFrame.of(TEXT, new byte[] {-1}).notLast().bytes(),
            ClientFrame.of(TEXT, new byte[] {(byte) 0xC3}).bytes(),
            ClientFrame.of(CLOSE, "x").bytes(),
            ClientFrame.close(65535, "").bytes(),
            ClientFrame.of(CLOSE, new byte[] {3, (byte) 0xE8, -1}).bytes());
    for (byte[] bytes : faults) {
      FrameReader reader = new FrameReader(Integer.MAX_VALUE, new Heard());
      FrameException fault =
          assertThrows(FrameException.class, () -> reader.read(bytes, 0, bytes.length));
      assertTrue(fault.reason().length() > 10, fault.reason());
      assertTrue(utf8(fault.reason()).length <= 123, fault.reason());
      assertEquals(0, fault.getStackTrace().length, "a fault must be cheap");
    }
  }

  @Test
  void whatTheListenerThrowsEndsTheReading() throws FrameException {
    List<String> texts = new ArrayList<>();
    FrameReader reader =
        new FrameReader(
            MAX,
            new Only() {
              @Override
              public void onText(String text) {
                texts.add(text);
                throw new IllegalStateException("the listener is broken");
              }
            });
    byte[] two = bytes(ClientFrame.of(TEXT, "one"), ClientFrame.of(TEXT, "two"));
    assertThrows(IllegalStateException.class, () -> reader.read(two, 0, two.length));
    assertTrue(reader.isOver());
    reader.read(two, 0, two.length);
    assertEquals(List.of("one"), texts);
  }

  @Test
  void aListenerMayStopTheReading() throws FrameException {
    List<String> texts = new ArrayList<>();
    FrameReader[] reader = new FrameReader[1];
    reader[0] =
        new FrameReader(
            MAX,
            new Only() {
              @Override
              public void onText(String text) {
                texts.add(text);
                reader[0].stop();
              }
            });
    byte[] two = bytes(ClientFrame.of(TEXT, "one"), ClientFrame.of(TEXT, "two"));
    reader[0].read(two, 0, two.length);
    assertEquals(List.of("one"), texts);
  }

  @Test
  void s10_4_theGreatestLengthIsTakenAndNoMore() {
    byte[] ten = new byte[10];
    for (int opcode : new int[] {TEXT, BINARY}) {
      String whole = opcode == TEXT ? Heard.text("\0".repeat(10)) : Heard.binary(10);
      byte[] first = ClientFrame.of(opcode, new byte[6]).notLast().bytes();
      byte[] good = ClientFrame.of(CONTINUATION, new byte[4]).bytes();
      byte[] tooLong = ClientFrame.of(CONTINUATION, new byte[5]).bytes();
      assertEquals(List.of(whole), Heard.of(10, ClientFrame.of(opcode, ten).bytes()));
      assertEquals(List.of(whole), Heard.of(10, first, good));
      assertEquals(List.of(whole, whole), Heard.of(10, first, good, first, good));
      assertEquals(List.of(Heard.fault(1009)), Heard.of(10, first, Arrays.copyOf(tooLong, 2)));
      byte[] announced = ClientFrame.of(opcode, "").saying(11, 0).bytes();
      assertEquals(List.of(Heard.fault(1009)), Heard.of(10, Arrays.copyOf(announced, 2)));
      byte[] overflowing = ClientFrame.of(CONTINUATION, "").saying(Long.MAX_VALUE, 8).bytes();
      assertEquals(List.of(Heard.fault(1009)), Heard.of(Integer.MAX_VALUE, first, overflowing));
    }
    byte[] ping = ClientFrame.of(PING, new byte[125]).bytes();
    assertEquals(1, Heard.of(10, ping).size(), "a control frame is no message");
    assertThrows(IllegalArgumentException.class, () -> new FrameReader(0, new Heard()));
  }

  @Test
  void s8_1_aReplacementCharacterThatWasSentIsNoFault() {
    String text = "a\uFFFDb";
    assertEquals(List.of(Heard.text(text)), Heard.of(MAX, ClientFrame.of(TEXT, text).bytes()));
  }

  @Test
  void s8_1_aByteOrderMarkIsAPartOfTheText() {
    String text = "\uFEFF{}";
    byte[] frame = ClientFrame.of(TEXT, text).bytes();
    assertEquals(List.of(Heard.text(text)), Heard.of(MAX, frame));
    assertEquals(List.of(Heard.text(text)), Heard.of(MAX, pieces(frame, 1)));
  }

  private static boolean isWithinTheLongBody(int at) {
    return at > 600 && at < SESSION.length - 600;
  }

  /** Splits a stream into pieces. */
  static byte[][] pieces(byte[] stream, int length) {
    byte[][] pieces = new byte[(stream.length + length - 1) / length][];
    for (int i = 0; i < pieces.length; i++) {
      int from = i * length;
      pieces[i] = Arrays.copyOfRange(stream, from, Math.min(stream.length, from + length));
    }
    return pieces;
  }

  /** A listener that receives texts only. */
  private abstract static class Only implements FrameListener {

    @Override
    public void onBinary(int lengthBytes) {
      throw new AssertionError();
    }

    @Override
    public void onPing(byte[] body) {
      throw new AssertionError();
    }

    @Override
    public void onPong(byte[] body) {
      throw new AssertionError();
    }

    @Override
    public void onClose(int code, String reason) {
      throw new AssertionError();
    }
  }
}
