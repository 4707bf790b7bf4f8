package io.broadcasty.transport.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.broadcasty.hub.EncodedFrame;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** WHATWG HTML, section 9.2.6. */
class EventFormatTest {

  private static String wire(EncodedFrame frame) {
    return new String(frame.bytes(EventFormat.INSTANCE), StandardCharsets.UTF_8);
  }

  @Test
  void aMessageHasItsFieldsAndEndsWithAnEmptyLine() {
    assertEquals(
        "event: subscribed\nid: a!e:0:1\ndata: {\"ü\":1}\n\n",
        wire(EncodedFrame.message("subscribed", "a!e:0:1", "{\"ü\":1}")));
    assertEquals("data: 1\n\n", wire(EncodedFrame.message("1")));
  }

  @Test
  void aLineBreakOfAnyKindStaysInTheData() {
    assertEquals(
        "data: a\ndata: b\ndata: c\ndata: d\n\n", wire(EncodedFrame.message("a\nb\r\nc\rd")));
  }

  @Test
  void aSignOfLifeIsAComment() {
    assertEquals(":\n\n", wire(EncodedFrame.HEARTBEAT));
  }

  @Test
  void theBytesAreMadeOnce() {
    EncodedFrame frame = EncodedFrame.message("1");
    assertSame(frame.bytes(EventFormat.INSTANCE), frame.bytes(EventFormat.INSTANCE));
  }

  @Test
  void aChunkHasItsLengthInBytesBeforeIt() {
    EncodedFrame frame = EncodedFrame.message("\"üüüüüüüü\"");
    assertEquals(
        "1a\r\ndata: \"üüüüüüüü\"\n\n\r\n",
        new String(frame.bytes(EventFormat.CHUNKS), StandardCharsets.UTF_8));
  }
}
