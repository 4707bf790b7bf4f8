package io.broadcasty.transport.sse;

import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Converts frames to server-sent events; a heartbeat is a comment (WHATWG HTML, section 9.2.6). */
final class EventFormat implements WireFormat {

  static final EventFormat INSTANCE = new EventFormat();

  /**
   * Encodes each event as an HTTP chunk (RFC 9112, section 7.1), for an output that does not chunk.
   */
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
