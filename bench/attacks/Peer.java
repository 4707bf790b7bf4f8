import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/**
 * One connection of an attacker, run by the thread of its {@link Loop}. Counts the statuses and
 * error codes that it receives, and how it ended.
 */
abstract class Peer {

  private static final byte[] STATUS = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CODE = "\"code\":\"".getBytes(StandardCharsets.US_ASCII);
  private static final long UNREAD_MILLIS = 10_000;
  private static final long MAX_WRITE_BYTES = 4L << 20;

  Loop loop;
  SocketChannel channel;
  SelectionKey key;
  private final ArrayDeque<ByteBuffer> output = new ArrayDeque<>();
  private boolean connected;
  private boolean ended;
  private Runnable whenEnded = () -> {};

  // the scanner's state, which outlives a buffer
  private int statusMatched;
  private int statusDigits = -1;
  private int status;
  private int codeMatched;
  private StringBuilder code;

  /** The connection is open. */
  abstract void opened();

  /** The server has begun an HTTP response. */
  void status(int status) {}

  /** The server has sent an error code within a response or message. */
  void code(String code) {}

  /** Everything that was to be sent has gone to the kernel. */
  void drained() {}

  /**
   * Returns whether the connection reads what the server sends. One that does not cannot notice
   * that it was closed, and is replaced after a while.
   */
  boolean reads() {
    return true;
  }

  /** Returns the bytes of the kernel's buffer for what is received, or 0 for its default. */
  int receiveBuffer() {
    return 0;
  }

  final boolean isConnected() {
    return connected;
  }

  final boolean isEnded() {
    return ended;
  }

  final void whenEnded(Runnable task) {
    whenEnded = task;
  }

  final void send(String ascii) {
    send(ByteBuffer.wrap(ascii.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** Queues bytes; the buffer itself may be shared, since its duplicate is read. */
  final void send(ByteBuffer bytes) {
    output.add(bytes.duplicate());
    interest();
  }

  /** Closes the connection with an RST. */
  final void end(String how) {
    if (ended) {
      return;
    }
    ended = true;
    loop.counts.add(how);
    if (key != null) {
      key.cancel();
    }
    try {
      channel.close();
    } catch (IOException e) {
      loop.counts.add("not-closed");
    }
    output.clear();
    whenEnded.run();
  }

  final void connected() {
    connected = true;
    opened();
    interest();
    unread();
  }

  private void unread() {
    if (!reads()) {
      loop.after(UNREAD_MILLIS, () -> end("replaced"));
    } else if (!ended) {
      loop.after(UNREAD_MILLIS, this::unread);
    }
  }

  /** Reads again after {@link #reads} has changed. */
  final void interest() {
    if (key != null && key.isValid() && connected) {
      key.interestOps(
          (reads() ? SelectionKey.OP_READ : 0) | (output.isEmpty() ? 0 : SelectionKey.OP_WRITE));
    }
  }

  final void write() throws IOException {
    long written = 0;
    while (!output.isEmpty() && written < MAX_WRITE_BYTES) {
      ByteBuffer first = output.peek();
      int count = channel.write(first);
      written += count;
      if (first.hasRemaining()) {
        break;
      }
      output.poll();
    }
    if (output.isEmpty()) {
      drained();
    }
    interest();
  }

  /** Receives bytes of the server. */
  void received(ByteBuffer bytes) {
    scan(bytes);
  }

  /** Finds statuses of responses, and error codes, wherever they stand. */
  final void scan(ByteBuffer bytes) {
    while (bytes.hasRemaining() && !ended) {
      byte b = bytes.get();
      scanStatus(b);
      scanCode(b);
    }
  }

  private void scanStatus(byte b) {
    if (statusDigits >= 0) {
      status = status * 10 + (b - '0');
      if (++statusDigits == 3) {
        statusDigits = -1;
        loop.counts.add(String.valueOf(status));
        status(status);
      }
      return;
    }
    statusMatched = b == STATUS[statusMatched] ? statusMatched + 1 : b == STATUS[0] ? 1 : 0;
    if (statusMatched == STATUS.length) {
      statusMatched = 0;
      statusDigits = 0;
      status = 0;
    }
  }

  private void scanCode(byte b) {
    if (code != null) {
      if (b != '"' && code.length() < 40) {
        code.append((char) b);
        return;
      }
      String found = code.toString();
      code = null;
      loop.counts.add(found);
      code(found);
      return;
    }
    codeMatched = b == CODE[codeMatched] ? codeMatched + 1 : b == CODE[0] ? 1 : 0;
    if (codeMatched == CODE.length) {
      codeMatched = 0;
      code = new StringBuilder();
    }
  }
}
