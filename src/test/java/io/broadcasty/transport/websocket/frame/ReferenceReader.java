package io.broadcasty.transport.websocket.frame;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The naive twin of {@link FrameReader}: reads the whole stream at once, one rule of RFC 6455 after
 * the other, without regard to speed or memory.
 */
final class ReferenceReader {

  private final byte[] stream;
  private final int maxMessageBytes;
  private final List<String> events = new ArrayList<>();
  private final ByteArrayOutputStream message = new ByteArrayOutputStream();
  private int at;
  private int messageOpcode;

  private ReferenceReader(byte[] stream, int maxMessageBytes) {
    this.stream = stream;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** Thrown when the stream has no more bytes. */
  private static final class EndOfStream extends Exception {
    private static final long serialVersionUID = 1;
  }

  /** Returns the events in the form of {@link RecordingFrameListener}. */
  static List<String> read(byte[] stream, int maxMessageBytes) {
    ReferenceReader reader = new ReferenceReader(stream, maxMessageBytes);
    try {
      boolean open = true;
      while (open) {
        open = reader.frame();
      }
    } catch (EndOfStream e) {
      // the rest has not arrived
    } catch (FrameException e) {
      reader.events.add(RecordingFrameListener.fault(e.closeCode()));
    }
    return reader.events;
  }

  private int next() throws EndOfStream {
    if (at == stream.length) {
      throw new EndOfStream();
    }
    return stream[at++] & 0xFF;
  }

  /** Reads a frame; returns whether the stream continues after it. */
  private boolean frame() throws EndOfStream, FrameException {
    int first = next();
    boolean fin = first >= 128;
    int reserved = first / 16 % 8;
    int opcode = first % 16;
    boolean control = opcode >= 8;
    must(reserved == 0);
    must(opcode <= 2 || (opcode >= 8 && opcode <= 10));
    must(fin || !control);
    must(opcode != 0 || messageOpcode != 0);
    must(control || opcode == 0 || messageOpcode == 0);
    if (opcode == 1 || opcode == 2) {
      messageOpcode = opcode;
      message.reset();
    }
    int second = next();
    must(second >= 128);
    long length = second - 128L;
    must(!control || length <= 125);
    must(opcode != 8 || length != 1);
    if (length == 126) {
      length = next() * 256L + next();
      must(length >= 126);
    } else if (length == 127) {
      int highest = next();
      must(highest < 128);
      length = highest;
      for (int i = 0; i < 7; i++) {
        length = length * 256 + next();
      }
      must(length >= 65536);
    }
    must(1009, control || length + message.size() <= maxMessageBytes);
    int[] key = {next(), next(), next(), next()};
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (body.size() < length && at < stream.length) {
      body.write(next() ^ key[body.size() % 4]);
    }
    boolean whole = body.size() == length;
    if (control) {
      if (!whole) {
        throw new EndOfStream();
      }
      return control(opcode, body.toByteArray());
    }
    message.writeBytes(body.toByteArray());
    if (messageOpcode == 1) {
      must(1007, mayBegin(message.toByteArray()));
    }
    if (!whole) {
      throw new EndOfStream();
    }
    if (fin) {
      if (messageOpcode == 1) {
        must(1007, isUtf8(message.toByteArray()));
        events.add(RecordingFrameListener.text(message.toString(StandardCharsets.UTF_8)));
      } else {
        events.add(RecordingFrameListener.binary(message.size()));
      }
      messageOpcode = 0;
      message.reset();
    }
    return true;
  }

  private boolean control(int opcode, byte[] body) throws FrameException {
    if (opcode == 9) {
      events.add(RecordingFrameListener.ping(body));
      return true;
    } else if (opcode == 10) {
      events.add(RecordingFrameListener.pong(body));
      return true;
    }
    if (body.length == 0) {
      events.add(RecordingFrameListener.close(1005, ""));
      return false;
    }
    int code = (body[0] & 0xFF) * 256 + (body[1] & 0xFF);
    must(code >= 1000 && code <= 4999);
    must(code >= 3000 || code <= 1014);
    must(code != 1004 && code != 1005 && code != 1006);
    byte[] reason = Arrays.copyOfRange(body, 2, body.length);
    must(1007, isUtf8(reason));
    events.add(RecordingFrameListener.close(code, new String(reason, StandardCharsets.UTF_8)));
    return false;
  }

  private static void must(boolean good) throws FrameException {
    must(1002, good);
  }

  private static void must(int code, boolean good) throws FrameException {
    if (!good) {
      throw new FrameException(code, "the reference says so");
    }
  }

  static boolean isUtf8(byte[] bytes) {
    CharBuffer characters = CharBuffer.allocate(bytes.length);
    return !StandardCharsets.UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(bytes), characters, true)
        .isError();
  }

  /**
   * Returns whether a valid text may begin with these bytes, by trying continuations. For the next
   * byte a rule may require a value below or above one of these; later bytes may be any of 80 to
   * BF.
   */
  static boolean mayBegin(byte[] bytes) {
    if (isUtf8(bytes)) {
      return true;
    }
    for (int more = 1; more <= 3; more++) {
      byte[] longer = Arrays.copyOf(bytes, bytes.length + more);
      Arrays.fill(longer, bytes.length, longer.length, (byte) 0x80);
      for (int next : new int[] {0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF}) {
        longer[bytes.length] = (byte) next;
        if (isUtf8(longer)) {
          return true;
        }
      }
    }
    return false;
  }
}
