package io.broadcasty.transport.websocket.frame;

import static io.broadcasty.transport.websocket.frame.ClientFrame.CLOSE;
import static io.broadcasty.transport.websocket.frame.ClientFrame.CONTINUATION;
import static io.broadcasty.transport.websocket.frame.ClientFrame.PING;
import static io.broadcasty.transport.websocket.frame.ClientFrame.PONG;
import static io.broadcasty.transport.websocket.frame.ClientFrame.TEXT;
import static io.broadcasty.transport.websocket.frame.ClientFrame.bytes;
import static io.broadcasty.transport.websocket.frame.ClientFrame.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.transport.websocket.frame.WebSocketPeer.ServerFrame;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The requirements of RFC 6455 on a server, as its client sees them on the wire. A test's name
 * begins with the section that it covers.
 */
public interface FramingContract {

  int PROTOCOL_ERROR = 1002;
  int INVALID_DATA = 1007;
  int TOO_BIG = 1009;

  /** Contains each form of UTF-8, at its lowest and highest value. */
  String FORMS = "\u0080\u07FF\u0800\uD7FF\uE000\uFFFD\uFFFF\uD800\uDC00\uDBFF\uDFFF κόσμε";

  /** Opens a connection. */
  WebSocketPeer open() throws IOException;

  /** Sends a frame and checks the reaction that the RFC requires. */
  interface Exchange {
    void with(WebSocketPeer peer) throws IOException;
  }

  default void exchange(Exchange exchange) throws IOException {
    try (WebSocketPeer peer = open()) {
      exchange.with(peer);
    }
  }

  /** Asserts that the server fails the connection with the code and closes it. */
  default void assertFails(int code, byte[] bytes) throws IOException {
    exchange(
        peer -> {
          peer.send(bytes);
          assertClosesWith(code, peer);
        });
  }

  /**
   * Asserts that the server sends a close frame with the code, and closes the connection after the
   * answer.
   */
  default void assertClosesWith(int code, WebSocketPeer peer) throws IOException {
    assertCloseFrame(code, peer);
    peer.send(ClientFrame.close(code, "").bytes());
    assertHangsUp(peer);
  }

  /** Asserts that the server answers a close frame with the code, and closes the connection. */
  default void assertAnswersClose(int code, WebSocketPeer peer) throws IOException {
    assertCloseFrame(code, peer);
    assertHangsUp(peer);
  }

  /** Asserts that the server sends nothing after its close frame, and closes the connection. */
  default void assertHangsUp(WebSocketPeer peer) throws IOException {
    assertNull(peer.next());
  }

  private void assertCloseFrame(int code, WebSocketPeer peer) throws IOException {
    ServerFrame close = nextOf(CLOSE, peer);
    assertNotNull(close, "the server hung up without a close frame");
    assertEquals(code, close.closeCode(), close.toString());
  }

  /** Asserts that the connection works: the server answers a question. */
  default void assertAnswers(String mark, WebSocketPeer peer) throws IOException {
    ServerFrame answer = nextOf(TEXT, peer);
    assertNotNull(answer, "the server hung up");
    assertTrue(answer.text().contains(mark), answer.text());
  }

  default void assertWorks(WebSocketPeer peer) throws IOException {
    peer.send(question("still here", 0, peer).bytes());
    assertAnswers("still here", peer);
  }

  /** Returns the next frame of this kind, skipping others; null when the server closes before. */
  default @Nullable ServerFrame nextOf(int opcode, WebSocketPeer peer) throws IOException {
    ServerFrame frame = peer.next();
    while (frame != null && frame.opcode() != opcode) {
      frame = peer.next();
    }
    return frame;
  }

  static ClientFrame question(String mark, int lengthBytes, WebSocketPeer peer) {
    return ClientFrame.of(TEXT, peer.question(mark, lengthBytes));
  }

  private static byte[] hex(String hex) {
    return HexFormat.ofDelimiter(" ").parseHex(hex);
  }

  @Test
  default void s5_1_aFrameWithoutAMaskIsRefused() throws IOException {
    exchange(
        peer -> {
          peer.send(question("seen", 0, peer).unmasked().bytes());
          assertClosesWith(PROTOCOL_ERROR, peer);
        });
    assertFails(PROTOCOL_ERROR, ClientFrame.of(PING, "").unmasked().bytes());
    assertFails(PROTOCOL_ERROR, ClientFrame.of(TEXT, "").unmasked().bytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {0x40, 0x20, 0x10, 0x70})
  default void s5_2_aReservedBitIsRefused(int bit) throws IOException {
    exchange(
        peer -> {
          peer.send(question("seen", 0, peer).reserved(bit).bytes());
          assertClosesWith(PROTOCOL_ERROR, peer);
        });
    assertFails(PROTOCOL_ERROR, ClientFrame.of(PING, "a").reserved(bit).bytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
  default void s5_2_anOpcodeThatIsNotDefinedIsRefused(int opcode) throws IOException {
    assertFails(PROTOCOL_ERROR, ClientFrame.of(opcode, "").bytes());
    assertFails(PROTOCOL_ERROR, ClientFrame.of(opcode, "body").bytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {124, 125, 126, 127, 128, 65535, 65536})
  default void s5_2_everyFormOfTheLengthIsRead(int length) throws IOException {
    exchange(
        peer -> {
          peer.send(question("m" + length, length, peer).bytes());
          assertAnswers("m" + length, peer);
          assertWorks(peer);
        });
  }

  @Test
  default void s5_2_aLengthInALongerFormThanNeededIsRefused() throws IOException {
    byte[] text = new byte[125];
    Arrays.fill(text, (byte) ' ');
    assertFails(PROTOCOL_ERROR, ClientFrame.of(TEXT, text).withLength(125, 2).bytes());
    assertFails(PROTOCOL_ERROR, ClientFrame.of(TEXT, text).withLength(125, 8).bytes());
    assertFails(PROTOCOL_ERROR, ClientFrame.of(TEXT, "").withLength(0, 2).bytes());
    assertFails(PROTOCOL_ERROR, ClientFrame.of(TEXT, new byte[0]).withLength(65535, 8).bytes());
  }

  @Test
  default void s5_2_aLengthWithTheHighestBitIsRefused() throws IOException {
    assertFails(PROTOCOL_ERROR, ClientFrame.of(TEXT, "").withLength(Long.MIN_VALUE, 8).bytes());
    assertFails(PROTOCOL_ERROR, ClientFrame.of(TEXT, "").withLength(-1, 8).bytes());
  }

  @Test
  default void s5_3_everyKeyIsTakenOff() throws IOException {
    exchange(
        peer -> {
          ClientFrame question = question("masked", 0, peer);
          peer.send(
              bytes(
                  question.key(0, 0, 0, 0),
                  question.key(0xFF, 0xFF, 0xFF, 0xFF),
                  question.key(1, 0, 0, 0),
                  question.key(0, 0, 0, 0x80)));
          for (int i = 0; i < 4; i++) {
            assertAnswers("masked", peer);
          }
        });
  }

  @Test
  default void s5_4_fragmentsMakeOneMessage() throws IOException {
    exchange(
        peer -> {
          byte[] text = utf8(peer.question("in parts", 0));
          peer.send(
              bytes(
                  part(TEXT, text, 0, 1),
                  part(CONTINUATION, text, 1, 1),
                  part(CONTINUATION, text, 1, 5),
                  ClientFrame.of(CONTINUATION, Arrays.copyOfRange(text, 5, text.length))));
          assertAnswers("in parts", peer);
          peer.send(
              bytes(
                  part(TEXT, text, 0, 0),
                  part(CONTINUATION, text, 0, text.length),
                  ClientFrame.of(CONTINUATION, "")));
          assertAnswers("in parts", peer);
          assertWorks(peer);
        });
  }

  @Test
  default void s5_4_controlFramesMayComeBetweenFragments() throws IOException {
    exchange(
        peer -> {
          byte[] text = utf8(peer.question("in parts", 0));
          peer.send(
              bytes(
                  part(TEXT, text, 0, 7),
                  ClientFrame.of(PING, "between"),
                  ClientFrame.of(PONG, "unasked")));
          assertPong("between", peer);
          peer.send(ClientFrame.of(CONTINUATION, Arrays.copyOfRange(text, 7, text.length)).bytes());
          assertAnswers("in parts", peer);
          assertWorks(peer);
        });
  }

  @Test
  default void s5_4_aContinuationNeedsABeginning() throws IOException {
    assertFails(PROTOCOL_ERROR, ClientFrame.of(CONTINUATION, "lost").bytes());
    assertFails(PROTOCOL_ERROR, ClientFrame.of(CONTINUATION, "lost").notLast().bytes());
    exchange(
        peer -> {
          peer.send(question("whole", 0, peer).bytes());
          assertAnswers("whole", peer);
          peer.send(ClientFrame.of(CONTINUATION, "").bytes());
          assertClosesWith(PROTOCOL_ERROR, peer);
        });
  }

  @Test
  default void s5_4_aMessageMustBeWholeBeforeTheNext() throws IOException {
    assertFails(
        PROTOCOL_ERROR, bytes(ClientFrame.of(TEXT, "a").notLast(), ClientFrame.of(TEXT, "b")));
    assertFails(
        PROTOCOL_ERROR,
        bytes(ClientFrame.of(TEXT, "").notLast(), ClientFrame.of(ClientFrame.BINARY, "b")));
  }

  @ParameterizedTest
  @ValueSource(ints = {CLOSE, PING, PONG})
  default void s5_5_controlFramesAreShortAndWhole(int opcode) throws IOException {
    assertFails(PROTOCOL_ERROR, ClientFrame.of(opcode, "").notLast().bytes());
    assertFails(PROTOCOL_ERROR, ClientFrame.of(opcode, new byte[126]).bytes());
    assertFails(
        PROTOCOL_ERROR, ClientFrame.of(opcode, new byte[65536]).withLength(65536, 8).bytes());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999})
  default void s5_5_1_aCloseFrameIsAnsweredWithItsCode(int code) throws IOException {
    exchange(
        peer -> {
          peer.send(ClientFrame.close(code, "so long").bytes());
          assertAnswersClose(code, peer);
        });
  }

  @Test
  default void s5_5_1_aCloseFrameWithoutACodeIsAnswered() throws IOException {
    exchange(
        peer -> {
          peer.send(ClientFrame.of(CLOSE, "").bytes());
          ServerFrame close = nextOf(CLOSE, peer);
          assertNotNull(close, "the server hung up without a close frame");
          assertTrue(
              close.closeCode() == CloseCodes.NONE || close.closeCode() == CloseCodes.NORMAL,
              close.toString());
          assertHangsUp(peer);
        });
  }

  @Test
  default void s5_5_1_framesAfterACloseFrameAreIgnored() throws IOException {
    exchange(
        peer -> {
          peer.send(
              bytes(
                  ClientFrame.close(1000, ""),
                  question("too late", 0, peer),
                  ClientFrame.of(PING, "too late")));
          ServerFrame first = peer.next();
          while (first != null && first.opcode() == PING) { // the server's own ping
            first = peer.next();
          }
          assertNotNull(first, "the server hung up without a close frame");
          assertEquals(CLOSE, first.opcode(), first.toString());
          assertHangsUp(peer);
        });
  }

  @Test
  default void s5_5_1_aCloseFrameEndsAMessageUnderWay() throws IOException {
    exchange(
        peer -> {
          peer.send(bytes(ClientFrame.of(TEXT, "half").notLast(), ClientFrame.close(1000, "")));
          assertAnswersClose(CloseCodes.NORMAL, peer);
        });
  }

  @Test
  default void s5_5_1_aBodyOfOneByteIsNoCode() throws IOException {
    assertFails(PROTOCOL_ERROR, ClientFrame.of(CLOSE, "x").bytes());
  }

  @Test
  default void s5_5_1_aReasonThatIsNotUtf8IsRefused() throws IOException {
    assertFails(INVALID_DATA, ClientFrame.of(CLOSE, hex("03 e8 ce ba e1 bd")).bytes());
    assertFails(INVALID_DATA, ClientFrame.of(CLOSE, hex("03 e8 ff")).bytes());
  }

  @Test
  default void s5_5_2_aPingIsAnsweredWithItsBody() throws IOException {
    exchange(
        peer -> {
          byte[] longest = new byte[125];
          Arrays.fill(longest, (byte) 0xFE);
          for (byte[] body : new byte[][] {{}, utf8("Hello"), {0, (byte) 0xFF, 0}, longest}) {
            peer.send(ClientFrame.of(PING, body).bytes());
            ServerFrame pong = nextOf(PONG, peer);
            assertNotNull(pong, "the server hung up");
            assertArrayEquals(body, pong.body());
          }
        });
  }

  @Test
  default void s5_5_2_theLastOfManyPingsIsAnswered() throws IOException {
    exchange(
        peer -> {
          ClientFrame[] pings = new ClientFrame[10];
          for (int i = 0; i < pings.length; i++) {
            pings[i] = ClientFrame.of(PING, "ping " + i);
          }
          peer.send(bytes(pings));
          ServerFrame pong;
          do {
            pong = nextOf(PONG, peer);
            assertNotNull(pong, "the server hung up");
          } while (!pong.text().equals("ping 9"));
          assertWorks(peer);
        });
  }

  @Test
  default void s5_5_3_anUnsolicitedPongIsIgnored() throws IOException {
    exchange(
        peer -> {
          peer.send(bytes(ClientFrame.of(PONG, ""), ClientFrame.of(PONG, "unasked")));
          assertWorks(peer);
        });
  }

  @Test
  default void s5_7_theExamplesOfAClient() throws IOException {
    exchange(
        peer -> {
          peer.send(hex("89 85 37 fa 21 3d 7f 9f 4d 51 58")); // a masked ping "Hello"
          assertPong("Hello", peer);
          peer.send(hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58"));
          assertWorks(peer);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
  default void s7_4_aCodeThatIsNotForTheWireIsRefused(int code) throws IOException {
    assertFails(PROTOCOL_ERROR, ClientFrame.close(code, "").bytes());
  }

  @Test
  default void s8_1_everyFormOfUtf8IsAccepted() throws IOException {
    exchange(
        peer -> {
          peer.send(question(FORMS, 0, peer).bytes());
          assertAnswers(FORMS, peer);
        });
  }

  @Test
  default void s8_1_aCharacterMayBeCutByFragments() throws IOException {
    exchange(
        peer -> {
          byte[] text = utf8(peer.question(FORMS, 0));
          ClientFrame[] frames = new ClientFrame[text.length];
          for (int i = 0; i < text.length; i++) {
            ClientFrame frame = ClientFrame.of(i == 0 ? TEXT : CONTINUATION, new byte[] {text[i]});
            frames[i] = i == text.length - 1 ? frame : frame.notLast();
          }
          peer.send(bytes(frames));
          assertAnswers(FORMS, peer);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80",
        "bf",
        "ff",
        "fe",
        "c0 af",
        "c1 bf",
        "e0 80 af",
        "e0 9f bf",
        "f0 80 80 af",
        "f0 8f bf bf",
        "ed a0 80",
        "ed bf bf",
        "ed a0 80 ed b0 80",
        "f4 90 80 80",
        "f5 80 80 80",
        "f8 88 80 80 80",
        "ce ba e1 bd b9 cf 83 ce bc ce b5 ed a0 80 65 64",
        "c3 28",
        "61 e2 82 62"
      })
  default void s8_1_aTextThatIsNotUtf8IsRefused(String hex) throws IOException {
    assertFails(INVALID_DATA, ClientFrame.of(TEXT, hex(hex)).bytes());
    assertFails(
        INVALID_DATA,
        bytes(ClientFrame.of(TEXT, "abc").notLast(), ClientFrame.of(CONTINUATION, hex(hex))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"c3", "e2", "e2 82", "f0", "f0 90", "f0 90 80", "61 62 c3"})
  default void s8_1_aTextMustNotEndWithinACharacter(String hex) throws IOException {
    assertFails(INVALID_DATA, ClientFrame.of(TEXT, hex(hex)).bytes());
    assertFails(
        INVALID_DATA,
        bytes(ClientFrame.of(TEXT, hex(hex)).notLast(), ClientFrame.of(CONTINUATION, "")));
  }

  @Test
  default void s8_1_aBadByteIsRefusedAsSoonAsItsFragmentEnds() throws IOException {
    assertFails(INVALID_DATA, ClientFrame.of(TEXT, hex("61 f4 90 80 80")).notLast().bytes());
    assertFails(INVALID_DATA, ClientFrame.of(TEXT, hex("61 f4 90")).notLast().bytes());
  }

  @Test
  default void s8_1_aBadByteIsRefusedBeforeItsFrameIsWhole() throws IOException {
    assertFails(INVALID_DATA, ClientFrame.of(TEXT, hex("61 ff")).withLength(100, 0).bytes());
    assertFails(INVALID_DATA, ClientFrame.of(TEXT, hex("61 f4 90")).withLength(1000, 2).bytes());
  }

  @Test
  default void s10_4_aMessageThatIsTooLongIsRefusedWhenItIsAnnounced() throws IOException {
    exchange(
        peer -> {
          int tooLong = peer.maxMessageBytes() + 1;
          peer.send(ClientFrame.of(TEXT, "").withLength(tooLong, 8).bytes());
          assertClosesWith(TOO_BIG, peer);
        });
    assertFails(TOO_BIG, ClientFrame.of(TEXT, "").withLength(Long.MAX_VALUE, 8).bytes());
  }

  @Test
  default void s10_4_aMessageThatIsTooLongOverAllItsFramesIsRefused() throws IOException {
    exchange(
        peer -> {
          byte[] part = new byte[peer.maxMessageBytes() / 2];
          Arrays.fill(part, (byte) ' ');
          peer.send(ClientFrame.of(TEXT, part).notLast().bytes());
          peer.send(ClientFrame.of(CONTINUATION, part).notLast().bytes());
          peer.send(ClientFrame.of(CONTINUATION, "").withLength(2, 0).bytes());
          assertClosesWith(TOO_BIG, peer);
        });
  }

  @Test
  default void s10_4_aMessageOfTheMaximumLengthIsAccepted() throws IOException {
    exchange(
        peer -> {
          peer.send(question("longest", peer.maxMessageBytes(), peer).bytes());
          assertAnswers("longest", peer);
        });
  }

  @Test
  default void bytesMayComeOneByOne() throws IOException {
    exchange(
        peer -> {
          byte[] all = bytes(ClientFrame.of(PING, "slow"), question("slowly", 130, peer));
          for (byte b : all) {
            peer.send(new byte[] {b});
          }
          assertPong("slow", peer);
          assertAnswers("slowly", peer);
        });
  }

  @Test
  default void manyFramesMayComeAtOnce() throws IOException {
    exchange(
        peer -> {
          ClientFrame[] frames = new ClientFrame[200];
          for (int i = 0; i < frames.length; i++) {
            frames[i] = question("number " + i + ".", 0, peer);
          }
          peer.send(bytes(frames));
          for (int i = 0; i < frames.length; i++) {
            assertAnswers("number " + i + ".", peer);
          }
        });
  }

  private void assertPong(String body, WebSocketPeer peer) throws IOException {
    ServerFrame pong = nextOf(PONG, peer);
    assertNotNull(pong, "the server hung up");
    assertEquals(body, pong.text());
  }

  private static ClientFrame part(int opcode, byte[] text, int from, int to) {
    return ClientFrame.of(opcode, Arrays.copyOfRange(text, from, to)).notLast();
  }
}
