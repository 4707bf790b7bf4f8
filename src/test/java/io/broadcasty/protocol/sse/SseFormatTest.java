package io.broadcasty.protocol.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Tests the format of events by WHATWG HTML, section 9.2.6. */
class SseFormatTest {

  @Test
  void anEventHasItsFieldsAndEndsWithAnEmptyLine() {
    assertEquals(
        "event: subscribed\nid: a!e:0:1\ndata: {\"ü\":1}\n\n",
        SseFormat.frame("subscribed", "a!e:0:1", "{\"ü\":1}").text());
    assertEquals("data: 1\n\n", SseFormat.frame(null, null, "1").text());
  }

  @Test
  void aLineBreakOfAnyKindStaysInTheData() {
    assertEquals(
        "data: a\ndata: b\ndata: c\ndata: d\n\n",
        SseFormat.frame(null, null, "a\nb\r\nc\rd").text());
  }
}
