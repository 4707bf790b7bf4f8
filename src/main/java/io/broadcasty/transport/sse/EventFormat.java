package io.broadcasty.transport.sse;

import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Whole events as bytes, with a comment as the sign of life (WHATWG HTML, section 9.2.6). */
final class EventFormat implements WireFormat {

  static final EventFormat INSTANCE = new EventFormat();

  /** Each event as a chunk of HTTP (RFC 9112, section 7.1), for an output that makes none. */
  static final WireFormat CHUNKS = frame -> chunk(INSTANCE.encode(frame));

  private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  private EventFormat() {}

  private static byte[] chunk(byte[] event) {
    byte[] size = (Integer.toHexString(event.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] chunk = Arrays.copyOf(size, size.length + event.length + 2);
    System.arraycopy(event, 0, chunk, size.length, event.length);
    chunk[chunk.length - 2] = '\r';
    chunk[chunk.length - 1] = '\n';
    return chunk;
  }

  @Override
  public byte[] encode(EncodedFrame frame) {
    if (frame.kind() == EncodedFrame.Kind.HEARTBEAT) {
      return COMMENT;
    }
    return frame.text().getBytes(StandardCharsets.UTF_8);
  }
}
