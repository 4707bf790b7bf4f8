package io.broadcasty.transport.websocket.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Compares the reader with its naive twin for random sessions and random faults. */
class FrameReaderFuzzTest {

  private static final int ROUNDS = 2_000;
  private static final int MAX = 2_000;

  private static final String[] SCRAPS = {"a", "é", "€", "🎉", "\u0000", "\uFFFD", "{}", "\uFEFF"};

  private Random random = new Random();

  @RepeatedTest(5)
  void validSessionsReadTheSameHoweverSplit(RepetitionInfo repetition) {
    int events = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long seed = repetition.getCurrentRepetition() * 1_000_000L + round;
      random = new Random(seed);
      List<String> expected = new ArrayList<>();
      byte[] session = session(expected);
      assertReads(expected, session, seed);
      assertEquals(expected, ReferenceReader.read(session, MAX), () -> story(seed, session));
      events += expected.size();
    }
    assertTrue(events > ROUNDS, "the sessions are too short: " + events);
  }

  @RepeatedTest(5)
  void brokenSessionsReadTheSameHoweverSplit(RepetitionInfo repetition) {
    int events = 0;
    int faults = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long seed = repetition.getCurrentRepetition() * 7_000_000L + round;
      random = new Random(seed);
      byte[] session = mutated(session(new ArrayList<>()));
      List<String> expected = ReferenceReader.read(session, MAX);
      assertReads(expected, session, seed);
      events += expected.size();
      faults += expected.stream().anyMatch(event -> event.startsWith("fault")) ? 1 : 0;
    }
    assertTrue(events > ROUNDS, "the mutations are too wild: " + events);
    assertTrue(faults > ROUNDS / 4, "the mutations are too tame: " + faults);
  }

  @RepeatedTest(2)
  void noiseReadsTheSame(RepetitionInfo repetition) {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = repetition.getCurrentRepetition() * 13_000_000L + round;
      random = new Random(seed);
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      if (noise.length > 1) { // so that a frame begins at all
        noise[0] = (byte) (random.nextInt(2) * 0x80 + random.nextInt(3));
        noise[1] |= (byte) 0x80;
      }
      assertReads(ReferenceReader.read(noise, MAX), noise, seed);
    }
  }

  /** Reads the session in one piece, byte by byte, and split at random. */
  private void assertReads(List<String> expected, byte[] session, long seed) {
    assertEquals(expected, RecordingFrameListener.of(MAX, session), () -> story(seed, session));
    assertEquals(
        expected,
        RecordingFrameListener.of(MAX, FrameReaderTest.pieces(session, 1)),
        () -> story(seed, session));
    List<byte[]> pieces = new ArrayList<>();
    int most = 1 + random.nextInt(100);
    for (int at = 0; at < session.length; ) {
      int to = Math.min(session.length, at + random.nextInt(most + 1));
      pieces.add(Arrays.copyOfRange(session, at, to));
      at = to;
    }
    assertEquals(
        expected,
        RecordingFrameListener.of(MAX, pieces.toArray(new byte[0][])),
        () -> story(seed, session));
  }

  private static String story(long seed, byte[] session) {
    return "seed " + seed + ", session " + HexFormat.of().formatHex(session);
  }

  private byte[] session(List<String> expected) {
    List<ClientFrame> frames = new ArrayList<>();
    for (int messages = random.nextInt(6); messages > 0; messages--) {
      message(frames, expected);
    }
    if (random.nextBoolean()) {
      String reason = text(random.nextInt(10));
      if (random.nextInt(4) == 0) {
        frames.add(ClientFrame.of(ClientFrame.CLOSE, ""));
        expected.add(RecordingFrameListener.close(1005, ""));
      } else {
        int code = 3000 + random.nextInt(2000);
        frames.add(ClientFrame.close(code, reason));
        expected.add(RecordingFrameListener.close(code, reason));
      }
    }
    return ClientFrame.bytes(
        frames.stream()
            .map(f -> f.key(byteOfKey(), byteOfKey(), byteOfKey(), byteOfKey()))
            .toArray(ClientFrame[]::new));
  }

  private int byteOfKey() {
    return random.nextInt(256);
  }

  private void message(List<ClientFrame> frames, List<String> expected) {
    boolean isText = random.nextInt(4) > 0;
    String text = text(random.nextInt(10) == 0 ? random.nextInt(400) : random.nextInt(20));
    byte[] body = ClientFrame.utf8(text);
    int at = 0;
    int opcode = isText ? ClientFrame.TEXT : ClientFrame.BINARY;
    while (random.nextInt(3) == 0) {
      int to = at + random.nextInt(body.length - at + 1);
      frames.add(ClientFrame.of(opcode, Arrays.copyOfRange(body, at, to)).notLast());
      opcode = ClientFrame.CONTINUATION;
      at = to;
      if (random.nextBoolean()) {
        byte[] control = new byte[random.nextInt(random.nextBoolean() ? 126 : 4)];
        random.nextBytes(control);
        boolean ping = random.nextBoolean();
        frames.add(ClientFrame.of(ping ? ClientFrame.PING : ClientFrame.PONG, control));
        expected.add(
            ping ? RecordingFrameListener.ping(control) : RecordingFrameListener.pong(control));
      }
    }
    frames.add(ClientFrame.of(opcode, Arrays.copyOfRange(body, at, body.length)));
    expected.add(
        isText ? RecordingFrameListener.text(text) : RecordingFrameListener.binary(body.length));
  }

  private String text(int scraps) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < scraps; i++) {
      text.append(SCRAPS[random.nextInt(SCRAPS.length)]);
    }
    return text.toString();
  }

  private byte[] mutated(byte[] session) {
    byte[] out = session;
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      int at = random.nextInt(out.length + 1);
      int to = Math.min(out.length, at + random.nextInt(6));
      out =
          switch (random.nextInt(5)) {
            case 0 -> spliced(out, at, at, new byte[] {(byte) random.nextInt(256)});
            case 1 -> spliced(out, at, to, new byte[0]);
            case 2 -> spliced(out, at, at, Arrays.copyOfRange(out, at, to));
            default -> { // flip a bit
              byte[] flipped = out.clone();
              if (at < flipped.length) {
                flipped[at] ^= (byte) (1 << random.nextInt(8));
              }
              yield flipped;
            }
          };
    }
    return out;
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] with) {
    byte[] out = new byte[bytes.length - (to - from) + with.length];
    System.arraycopy(bytes, 0, out, 0, from);
    System.arraycopy(with, 0, out, from, with.length);
    System.arraycopy(bytes, to, out, from + with.length, bytes.length - to);
    return out;
  }
}
