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
          RecordingFrameListener.text("Hello"),
          RecordingFrameListener.ping(utf8("p")),
          RecordingFrameListener.text("κόσμε 🎉" + "x".repeat(130)),
          RecordingFrameListener.pong(new byte[0]),
          RecordingFrameListener.binary(73),
          RecordingFrameListener.text(""),
          RecordingFrameListener.text("z".repeat(65536)),
          RecordingFrameListener.close(4000, "so long"));

  @Test
  void s5_2_aStreamMayBeCutAtAnyPlace() {
    assertEquals(TOLD, RecordingFrameListener.of(MAX, SESSION));
    for (int cut = 0; cut <= SESSION.length; cut += isWithinTheLongBody(cut) ? 499 : 1) {
      byte[] before = Arrays.copyOf(SESSION, cut);
      byte[] after = Arrays.copyOfRange(SESSION, cut, SESSION.length);
      assertEquals(TOLD, RecordingFrameListener.of(MAX, before, after), "cut at " + cut);
    }
  }

  @Test
  void s5_2_aStreamMayBeCutIntoPiecesOfAnyLength() {
    for (int length = 1; length <= 300; length++) {
      assertEquals(
          TOLD, RecordingFrameListener.of(MAX, pieces(SESSION, length)), "pieces of " + length);
    }
  }

  @Test
  void readsAtAnOffset() throws FrameException {
    byte[] frame = ClientFrame.of(TEXT, "here").bytes();
    byte[] buffer = new byte[frame.length + 20];
    Arrays.fill(buffer, (byte) 0x99);
    System.arraycopy(frame, 0, buffer, 7, frame.length);
    byte[] around = buffer.clone();
    RecordingFrameListener recorded = new RecordingFrameListener();
    new FrameReader(MAX, recorded).read(buffer, 7, frame.length);
    assertEquals(List.of(RecordingFrameListener.text("here")), recorded.events);
    System.arraycopy(frame, 0, buffer, 7, frame.length);
    assertArrayEquals(around, buffer, "nothing outside is touched");
    FrameReader reader = new FrameReader(MAX, recorded);
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
            case 0x81 -> List.of(RecordingFrameListener.text(""));
            case 0x82 -> List.of(RecordingFrameListener.binary(0));
            case 0x88 -> List.of(RecordingFrameListener.close(1005, ""));
            case 0x89 -> List.of(RecordingFrameListener.ping(new byte[0]));
            case 0x8A -> List.of(RecordingFrameListener.pong(new byte[0]));
            default -> List.of(RecordingFrameListener.fault(1002));
          };
      assertEquals(expected, RecordingFrameListener.of(MAX, frame), Integer.toHexString(first));
      List<String> alone =
          expected.contains(RecordingFrameListener.fault(1002)) ? expected : List.of();
      assertEquals(
          alone,
          RecordingFrameListener.of(MAX, new byte[] {(byte) first}),
          "judged as soon as it comes");
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
            case 0x80 -> List.of(RecordingFrameListener.text("a"));
            case 0x88 -> List.of(RecordingFrameListener.close(1005, ""));
            case 0x89 -> List.of(RecordingFrameListener.ping(new byte[0]));
            case 0x8A -> List.of(RecordingFrameListener.pong(new byte[0]));
            default -> List.of(RecordingFrameListener.fault(1002));
          };
      assertEquals(
          expected, RecordingFrameListener.of(MAX, start, frame), Integer.toHexString(first));
    }
  }

  @Test
  void s5_2_everySecondByteIsJudged() {
    for (int second = 0; second < 256; second++) {
      boolean masked = second >= 0x80;
      int length = second & 0x7F;
      List<String> none = List.of();
      List<String> fault = List.of(RecordingFrameListener.fault(1002));
      assertEquals(
          masked ? none : fault,
          RecordingFrameListener.of(MAX, new byte[] {(byte) 0x81, (byte) second}));
      assertEquals(
          masked && length <= 125 ? none : fault,
          RecordingFrameListener.of(MAX, new byte[] {(byte) 0x89, (byte) second}));
      assertEquals(
          masked && length <= 125 && length != 1 ? none : fault,
          RecordingFrameListener.of(MAX, new byte[] {(byte) 0x88, (byte) second}));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 65535, 65536, MAX})
  void s5_2_everyLengthHasOneForm(int length) {
    byte[] body = new byte[length];
    Arrays.fill(body, (byte) 'l');
    ClientFrame text = ClientFrame.of(TEXT, body);
    String expected = RecordingFrameListener.text("l".repeat(length));
    assertEquals(List.of(expected), RecordingFrameListener.of(MAX, text.bytes()));
    assertEquals(List.of(expected), RecordingFrameListener.of(MAX, pieces(text.bytes(), 1000)));
    assertEquals(
        List.of(RecordingFrameListener.binary(length)),
        RecordingFrameListener.of(MAX, ClientFrame.of(BINARY, body).bytes()));
    for (int inBytes : new int[] {2, 8}) {
      if (inBytes > text.lengthBytes()) {
        List<String> fault = List.of(RecordingFrameListener.fault(1002));
        assertEquals(
            fault, RecordingFrameListener.of(MAX, text.withLength(length, inBytes).bytes()));
      }
    }
  }

  @Test
  void s5_2_theHighestBitOfALengthIsRefusedAtItsByte() {
    byte[] start = HexFormat.of().parseHex("81ff80");
    assertEquals(
        List.of(RecordingFrameListener.fault(1002)), RecordingFrameListener.of(MAX, start));
  }

  @Test
  void s5_5_1_everyCloseCodeIsJudged() {
    for (int code = 0; code <= 5000; code++) {
      List<String> expected =
          CloseCodes.isSendable(code)
              ? List.of(RecordingFrameListener.close(code, "é"))
              : List.of(RecordingFrameListener.fault(1002));
      assertEquals(
          expected,
          RecordingFrameListener.of(MAX, ClientFrame.close(code, "é").bytes()),
          "" + code);
    }
    assertEquals(
        List.of(RecordingFrameListener.fault(1002)),
        RecordingFrameListener.of(MAX, ClientFrame.close(65535, "").bytes()));
  }

  @Test
  void s5_5_1_theReasonMayHaveAll123Bytes() {
    String reason = "r".repeat(123);
    byte[] frame = ClientFrame.close(1001, reason).bytes();
    assertEquals(
        List.of(RecordingFrameListener.close(1001, reason)), RecordingFrameListener.of(MAX, frame));
    assertEquals(
        List.of(RecordingFrameListener.close(1001, reason)),
        RecordingFrameListener.of(MAX, pieces(frame, 1)));
  }

  @Test
  void s5_5_1_afterACloseFrameNothingIsHeardNorRefused() throws FrameException {
    RecordingFrameListener recorded = new RecordingFrameListener();
    FrameReader reader = new FrameReader(MAX, recorded);
    byte[] bytes =
        bytes(ClientFrame.close(1000, ""), ClientFrame.of(TEXT, "late"), ClientFrame.of(15, ""));
    assertFalse(reader.isDone());
    reader.read(bytes, 0, bytes.length);
    assertTrue(reader.isDone());
    byte[] more = ClientFrame.of(TEXT, "later").unmasked().bytes();
    reader.read(more, 0, more.length);
    assertEquals(List.of(RecordingFrameListener.close(1000, "")), recorded.events);
  }

  @Test
  void s7_1_7_afterAFaultNothingIsHeardNorRefused() throws FrameException {
    RecordingFrameListener recorded = new RecordingFrameListener();
    FrameReader reader = new FrameReader(MAX, recorded);
    byte[] bytes =
        bytes(
            ClientFrame.of(TEXT, "good"),
            ClientFrame.of(TEXT, "bad").reserved(0x40),
            ClientFrame.of(TEXT, "late"));
    FrameException fault =
        assertThrows(FrameException.class, () -> reader.read(bytes, 0, bytes.length));
    assertEquals(1002, fault.closeCode());
    assertEquals(List.of(RecordingFrameListener.text("good")), recorded.events);
    assertTrue(reader.isDone());
    byte[] more = ClientFrame.of(TEXT, "later").bytes();
    reader.read(more, 0, more.length);
    assertEquals(List.of(RecordingFrameListener.text("good")), recorded.events);
  }

  @Test
  void reasonsFitACloseFrame() {
    List<byte[]> faults =
        List.of(
            ClientFrame.of(TEXT, "").reserved(0x70).bytes(),
            ClientFrame.of(15, "").bytes(),
            ClientFrame.of(CONTINUATION, "").bytes(),
            bytes(ClientFrame.of(TEXT, "").notLast(), ClientFrame.of(TEXT, "")),
            ClientFrame.of(PING, "").notLast().bytes(),
            ClientFrame.of(PING, new byte[126]).bytes(),
            ClientFrame.of(TEXT, "").unmasked().bytes(),
            ClientFrame.of(TEXT, "").withLength(65535, 8).bytes(),
            ClientFrame.of(TEXT, "").withLength(-1, 8).bytes(),
            ClientFrame.of(TEXT, "").withLength(Long.MAX_VALUE, 8).bytes(),
            ClientFrame.of(TEXT, new byte[] {-1}).bytes(),
            ClientFrame.of(TEXT, new byte[] {-1}).notLast().bytes(),
            ClientFrame.of(TEXT, new byte[] {(byte) 0xC3}).bytes(),
            ClientFrame.of(CLOSE, "x").bytes(),
            ClientFrame.close(65535, "").bytes(),
            ClientFrame.of(CLOSE, new byte[] {3, (byte) 0xE8, -1}).bytes());
    for (byte[] bytes : faults) {
      FrameReader reader = new FrameReader(Integer.MAX_VALUE, new RecordingFrameListener());
      FrameException fault =
          assertThrows(FrameException.class, () -> reader.read(bytes, 0, bytes.length));
      assertTrue(fault.reason().length() > 10, fault.reason());
      assertTrue(utf8(fault.reason()).length <= 123, fault.reason());
      assertEquals(0, fault.getStackTrace().length, "a fault must be cheap");
    }
  }

  @Test
  void anExceptionOfTheListenerEndsTheReading() throws FrameException {
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
    assertTrue(reader.isDone());
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
      String whole =
          opcode == TEXT
              ? RecordingFrameListener.text("\0".repeat(10))
              : RecordingFrameListener.binary(10);
      byte[] first = ClientFrame.of(opcode, new byte[6]).notLast().bytes();
      byte[] good = ClientFrame.of(CONTINUATION, new byte[4]).bytes();
      byte[] tooLong = ClientFrame.of(CONTINUATION, new byte[5]).bytes();
      assertEquals(
          List.of(whole), RecordingFrameListener.of(10, ClientFrame.of(opcode, ten).bytes()));
      assertEquals(List.of(whole), RecordingFrameListener.of(10, first, good));
      assertEquals(List.of(whole, whole), RecordingFrameListener.of(10, first, good, first, good));
      assertEquals(
          List.of(RecordingFrameListener.fault(1009)),
          RecordingFrameListener.of(10, first, Arrays.copyOf(tooLong, 2)));
      byte[] announced = ClientFrame.of(opcode, "").withLength(11, 0).bytes();
      assertEquals(
          List.of(RecordingFrameListener.fault(1009)),
          RecordingFrameListener.of(10, Arrays.copyOf(announced, 2)));
      byte[] overflowing = ClientFrame.of(CONTINUATION, "").withLength(Long.MAX_VALUE, 8).bytes();
      assertEquals(
          List.of(RecordingFrameListener.fault(1009)),
          RecordingFrameListener.of(Integer.MAX_VALUE, first, overflowing));
    }
    byte[] ping = ClientFrame.of(PING, new byte[125]).bytes();
    assertEquals(1, RecordingFrameListener.of(10, ping).size(), "a control frame is no message");
    assertThrows(
        IllegalArgumentException.class, () -> new FrameReader(0, new RecordingFrameListener()));
  }

  @Test
  void s8_1_aReplacementCharacterThatWasSentIsNoFault() {
    String text = "a\uFFFDb";
    assertEquals(
        List.of(RecordingFrameListener.text(text)),
        RecordingFrameListener.of(MAX, ClientFrame.of(TEXT, text).bytes()));
  }

  @Test
  void s8_1_aByteOrderMarkIsAPartOfTheText() {
    String text = "\uFEFF{}";
    byte[] frame = ClientFrame.of(TEXT, text).bytes();
    assertEquals(List.of(RecordingFrameListener.text(text)), RecordingFrameListener.of(MAX, frame));
    assertEquals(
        List.of(RecordingFrameListener.text(text)),
        RecordingFrameListener.of(MAX, pieces(frame, 1)));
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
