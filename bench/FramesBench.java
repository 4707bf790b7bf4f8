import com.sun.management.ThreadMXBean;
import io.broadcasty.transport.websocket.frame.FrameException;
import io.broadcasty.transport.websocket.frame.FrameListener;
import io.broadcasty.transport.websocket.frame.FrameReader;
import io.broadcasty.transport.websocket.frame.Frames;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Measures the cost of reading and writing a WebSocket frame without a socket, in median
 * nanoseconds and allocated bytes. The baseline is a loop that only unmasks byte by byte and
 * creates the string, without checks and state.
 *
 * <p>Usage: {@code java -cp target/classes bench/FramesBench.java} after {@code ./mvnw compile}
 */
class FramesBench implements FrameListener {

  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int ROUNDS = 15;
  private static final long ROUND_NANOS = 200_000_000;
  private static final byte[] KEY = {0x37, (byte) 0xFA, 0x21, 0x3D};

  private final byte[] masked;
  private final int frameBytes;
  private final String text;
  private final byte[] buffer;
  private long received;

  /** Fills a buffer with frames of the same text. */
  private FramesBench(String text) {
    this.text = text;
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    do {
      out.write(0x81);
      if (body.length < 126) {
        out.write(0x80 | body.length);
      } else {
        out.write(0x80 | 126);
        out.write(body.length >> 8);
        out.write(body.length);
      }
      out.writeBytes(KEY);
      for (int i = 0; i < body.length; i++) {
        out.write(body[i] ^ KEY[i % 4]);
      }
    } while (out.size() + body.length + 8 <= BUFFER_BYTES);
    masked = out.toByteArray();
    int header = body.length < 126 ? 6 : 8;
    frameBytes = header + body.length;
    buffer = new byte[masked.length];
  }

  /** Processes all frames of the buffer once. */
  private interface Work {
    void run() throws FrameException;
  }

  private void frameReader(int pieceBytes) throws FrameException {
    FrameReader reader = new FrameReader(1 << 20, this);
    for (int at = 0; at < buffer.length; at += pieceBytes) {
      reader.read(buffer, at, Math.min(pieceBytes, buffer.length - at));
    }
  }

  private void simpleLoop() {
    int at = 0;
    while (at < buffer.length) {
      int length = buffer[at + 1] & 0x7F;
      int key = at + 2;
      if (length == 126) {
        length = (buffer[at + 2] & 0xFF) << 8 | (buffer[at + 3] & 0xFF);
        key = at + 4;
      }
      byte[] body = new byte[length];
      for (int i = 0; i < length; i++) {
        body[i] = (byte) (buffer[key + 4 + i] ^ buffer[key + i % 4]);
      }
      onText(new String(body, StandardCharsets.UTF_8));
      at = key + 4 + length;
    }
  }

  private void write() {
    for (int i = 0; i < frames(); i++) {
      received += Frames.text(text).length;
    }
  }

  private int frames() {
    return masked.length / frameBytes;
  }

  private void measure(String what, Work work) throws FrameException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double[] nanos = new double[ROUNDS];
    long bytes = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long spent = 0;
      long times = 0;
      long before = threads.getCurrentThreadAllocatedBytes();
      while (spent < ROUND_NANOS) {
        System.arraycopy(masked, 0, buffer, 0, masked.length);
        long start = System.nanoTime();
        work.run();
        spent += System.nanoTime() - start;
        times++;
      }
      nanos[round] = (double) spent / times / frames();
      bytes = (threads.getCurrentThreadAllocatedBytes() - before) / times / frames();
    }
    Arrays.sort(nanos);
    System.out.printf(Locale.ROOT, "| %s | %.0f | %d |%n", what, nanos[ROUNDS / 2], bytes);
  }

  private static void all(String name, String text) throws FrameException {
    FramesBench bench = new FramesBench(text);
    bench.measure(name + ", simple loop", bench::simpleLoop);
    bench.measure(name + ", FrameReader", () -> bench.frameReader(bench.buffer.length));
    bench.measure(name + ", FrameReader, in pieces of 1 000 bytes", () -> bench.frameReader(1000));
    bench.measure(name + ", written by Frames.text", bench::write);
    if (bench.received == 0) {
      throw new IllegalStateException("no text was received");
    }
  }

  public static void main(String[] arguments) throws FrameException {
    System.out.println("| frame | ns | bytes allocated |\n|---|---|---|");
    all("100 bytes of ASCII", "x".repeat(100));
    all("100 bytes with accents", "é".repeat(3) + "x".repeat(94));
    all("100 bytes with an emoji", "🎉" + "x".repeat(96));
    all("1 000 bytes of ASCII", "x".repeat(1000));
  }

  @Override
  public void onText(String text) {
    received += text.length();
  }

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
