package io.broadcasty.transport.websocket.frame;

import static io.broadcasty.transport.websocket.frame.ClientFrame.BINARY;
import static io.broadcasty.transport.websocket.frame.ClientFrame.CONTINUATION;
import static io.broadcasty.transport.websocket.frame.ClientFrame.PING;
import static io.broadcasty.transport.websocket.frame.ClientFrame.TEXT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests how much memory a reader allocates, counted by the JVM for this thread. */
class FrameReaderMemoryTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int MAX = 1 << 20;

  /** Allowance for the measurement itself and for late class loading. */
  private static final long SLACK_BYTES = 2_000;

  private int received;

  private final FrameListener listener =
      new FrameListener() {
        @Override
        public void onText(String text) {
          received++;
        }

        @Override
        public void onBinary(int lengthBytes) {
          received++;
        }

        @Override
        public void onPing(byte[] body) {
          received++;
        }

        @Override
        public void onPong(byte[] body) {
          received++;
        }

        @Override
        public void onClose(int code, String reason) {
          received++;
        }
      };

  /** Triggers one-time allocations before the measurements. */
  @BeforeEach
  void everythingOnce() {
    allocated(() -> read(new FrameReader(MAX, listener), ClientFrame.of(TEXT, "é€🎉").bytes()));
    byte[] fragments =
        ClientFrame.bytes(
            ClientFrame.of(TEXT, "a").notLast(),
            ClientFrame.of(PING, "b"),
            ClientFrame.of(CONTINUATION, "c"));
    allocated(() -> read(new FrameReader(MAX, listener), fragments));
    received = 0;
  }

  @Test
  void anIdleReaderIsSmall() {
    FrameReader[] readers = new FrameReader[10_000];
    long bytes =
        allocated(
            () -> {
              for (int i = 0; i < readers.length; i++) {
                readers[i] = new FrameReader(MAX, listener);
              }
            });
    assertTrue(bytes / readers.length <= 100, bytes / readers.length + " bytes a reader");
  }

  @Test
  void aTextCostsItsStringOnly() {
    FrameReader reader = new FrameReader(MAX, listener);
    byte[] frame = ClientFrame.of(TEXT, "t".repeat(100)).key(0, 0, 0, 0).bytes();
    int count = 10_000;
    long bytes =
        allocated(
            () -> {
              for (int i = 0; i < count; i++) {
                read(reader, frame);
              }
            });
    assertEquals(count, received);
    // an object of 24 bytes and an array of 16 + 100, in steps of 8
    assertTrue(bytes / count <= 24 + 120, bytes / count + " bytes a text of 100");
  }

  @Test
  void anAnnouncedLengthCostsNothing() {
    for (int opcode : new int[] {TEXT, BINARY}) {
      FrameReader reader = new FrameReader(MAX, listener);
      byte[] announced = ClientFrame.of(opcode, "x").withLength(MAX, 8).bytes();
      assertAllocates(0, () -> read(reader, announced));
    }
  }

  @Test
  void anIncompleteTextCostsAFewTimesItsBytes() {
    byte[] piece = new byte[1000];
    FrameReader reader = new FrameReader(MAX, listener);
    assertAllocates(
        1000 + 2000 + 4000 + 8000 + 16_000,
        () -> {
          read(reader, ClientFrame.of(TEXT, "").withLength(MAX, 8).key(0, 0, 0, 0).bytes());
          for (int i = 0; i < 10; i++) {
            read(reader, piece);
          }
        });
  }

  @Test
  void manySmallFragmentsDoNotCostACopyEach() {
    int fragments = 1 << 16;
    byte[] fragment = ClientFrame.of(CONTINUATION, "x").key(0, 0, 0, 0).notLast().bytes();
    FrameReader reader = new FrameReader(MAX, listener);
    read(reader, ClientFrame.of(TEXT, "").notLast().bytes());
    assertAllocates(
        2L * fragments,
        () -> {
          for (int i = 0; i < fragments; i++) {
            read(reader, fragment);
          }
        });
    read(reader, ClientFrame.of(CONTINUATION, "").bytes());
    assertEquals(1, received);
  }

  @Test
  void aBinaryMessageIsNotKept() {
    byte[] piece = new byte[1000];
    FrameReader reader = new FrameReader(MAX, listener);
    assertAllocates(
        0,
        () -> {
          read(reader, ClientFrame.of(BINARY, "").withLength(1_000_000, 8).bytes());
          for (int i = 0; i < 1000; i++) {
            read(reader, piece);
          }
        });
    assertEquals(1, received);
  }

  @Test
  void noiseCostsAFewTimesItsLength() {
    mostThatNoiseAllocates(); // loads the classes for every kind of fault
    long most = mostThatNoiseAllocates();
    assertTrue(most <= 10_000, most + " bytes for 500 bytes of noise");
  }

  private long mostThatNoiseAllocates() {
    Random random = new Random(20261125);
    long most = 0;
    for (int round = 0; round < 2_000; round++) {
      byte[] noise = new byte[500];
      random.nextBytes(noise);
      noise[0] = (byte) (random.nextInt(2) * 0x80 + random.nextInt(3));
      noise[1] |= (byte) 0x80;
      byte[][] pieces = FrameReaderTest.pieces(noise, 1 + random.nextInt(50));
      FrameReader reader = new FrameReader(Integer.MAX_VALUE, listener);
      long bytes =
          allocated(
              () -> {
                for (byte[] piece : pieces) {
                  try {
                    reader.read(piece, 0, piece.length);
                  } catch (FrameException e) {
                    received++;
                  }
                }
              });
      most = Math.max(most, bytes);
    }
    assertTrue(received > 1_000, "the noise is not understood at all: " + received);
    return most;
  }

  private static void assertAllocates(long atMost, Runnable work) {
    long bytes = allocated(work);
    assertTrue(bytes <= atMost + SLACK_BYTES, bytes + " bytes, expected at most " + atMost);
  }

  private static long allocated(Runnable work) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    work.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private static void read(FrameReader reader, byte[] bytes) {
    try {
      reader.read(bytes, 0, bytes.length);
    } catch (FrameException e) {
      throw new AssertionError(Arrays.toString(bytes), e);
    }
  }
}
