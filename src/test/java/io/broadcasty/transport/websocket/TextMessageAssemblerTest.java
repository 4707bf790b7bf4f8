package io.broadcasty.transport.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextMessageAssemblerTest {

  private final List<String> received = new ArrayList<>();

  private TextMessageAssembler upTo(int maxBytes) {
    return new TextMessageAssembler(maxBytes, received::add, () -> received.add("too long"));
  }

  @Test
  void partsAreOneMessage() {
    TextMessageAssembler parts = upTo(10);
    parts.onMessage("one", true);
    parts.onMessage("t", false);
    parts.onMessage("", false);
    parts.onMessage("wo", true);
    parts.onMessage("", true);
    assertEquals(List.of("one", "two", ""), received);
  }

  @Test
  void eachMessageMayHaveTheWholeLimit() {
    TextMessageAssembler parts = upTo(3);
    parts.onMessage("abc", true);
    parts.onMessage("d", false);
    parts.onMessage("ef", true);
    assertEquals(List.of("abc", "def"), received);
  }

  @Test
  void reportsATooLongMessageOnceAndIgnoresTheRest() {
    TextMessageAssembler parts = upTo(3);
    parts.onMessage("ab", false);
    parts.onMessage("cd", false);
    parts.onMessage("ef", true);
    parts.onMessage("g", true);
    assertEquals(List.of("too long"), received);
  }

  @Test
  void theLimitIsInBytesOfUtf8() {
    String text = "a\u00e9\u20ac\ud83d\ude00";
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    upTo(bytes).onMessage(text, true);
    upTo(bytes - 1).onMessage(text, true);
    TextMessageAssembler apart = upTo(bytes);
    apart.onMessage(text.substring(0, 4), false); // between the two halves of a surrogate pair
    apart.onMessage(text.substring(4), true);
    assertEquals(List.of(text, "too long", text), received);
  }
}
