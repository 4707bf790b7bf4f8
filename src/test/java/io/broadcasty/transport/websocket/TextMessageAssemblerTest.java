package io.broadcasty.transport.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryReservation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextMessageAssemblerTest {

  private final List<String> received = new ArrayList<>();
  private final MemoryBudget budget = new MemoryBudget(MemoryArea.INBOUND, 100, 100);

  private final TextMessageAssembler.Receiver receiver =
      new TextMessageAssembler.Receiver() {
        @Override
        public void onBegun() {
          begun++;
        }

        @Override
        public void onText(String text) {
          received.add(text);
        }

        @Override
        public void onTooLong() {
          received.add("too long");
        }

        @Override
        public void onOutOfMemory(MemoryBudget.Grant refusal) {
          received.add(refusal.toString());
        }
      };

  private int begun;

  private TextMessageAssembler upTo(int maxBytes) {
    return new TextMessageAssembler(() -> maxBytes, new MemoryReservation(budget), receiver);
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

  @Test
  void anUnfinishedMessageIsReservedUntilItsEnd() {
    TextMessageAssembler parts = upTo(50);
    parts.onMessage("abc", false);
    assertTrue(budget.usedBytes() >= 3, "used " + budget.usedBytes());
    assertEquals(1, begun);
    parts.onMessage("def", true);
    assertEquals(0, budget.usedBytes());
    parts.onMessage("abc", false);
    parts.close();
    assertEquals(0, budget.usedBytes());
    parts.onMessage("more", true);
    assertEquals(List.of("abcdef"), received);
  }

  @Test
  void aMessageWithoutMemoryIsRefusedOnce() {
    TextMessageAssembler parts = upTo(1000);
    parts.onMessage("a".repeat(40), false);
    parts.onMessage("b".repeat(40), false);
    parts.onMessage("c", true);
    assertEquals(List.of("NODE_FULL"), received);
    assertEquals(0, budget.usedBytes());
  }

  @Test
  void aTooLongMessageReleasesItsMemory() {
    TextMessageAssembler parts = upTo(10);
    parts.onMessage("a".repeat(8), false);
    parts.onMessage("b".repeat(8), false);
    assertEquals(List.of("too long"), received);
    assertEquals(0, budget.usedBytes());
  }
}
