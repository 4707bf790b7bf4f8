package io.broadcasty.transport.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.broadcasty.delivery.hub.EncodedFrame;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Tests the event stream format (WHATWG HTML, section 9.2.6). */
class EventFormatTest {

  private static String wire(EncodedFrame frame) {
    return new String(frame.bytes(EventFormat.INSTANCE), StandardCharsets.UTF_8);
  }

  @Test
  void aHeartbeatIsAComment() {
    assertEquals(":\n\n", wire(EncodedFrame.HEARTBEAT));
  }

  @Test
  void theBytesAreMadeOnce() {
    EncodedFrame frame = EncodedFrame.message("data: 1\n\n");
    assertSame(frame.bytes(EventFormat.INSTANCE), frame.bytes(EventFormat.INSTANCE));
  }

  @Test
  void aChunkHasItsLengthInBytesBeforeIt() {
    EncodedFrame frame = EncodedFrame.message("data: \"üüüüüüüü\"\n\n");
    assertEquals(
        "1a\r\ndata: \"üüüüüüüü\"\n\n\r\n",
        new String(frame.bytes(EventFormat.CHUNKS), StandardCharsets.UTF_8));
  }
}
