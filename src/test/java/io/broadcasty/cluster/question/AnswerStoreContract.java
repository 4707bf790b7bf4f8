package io.broadcasty.cluster.question;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The contract of {@link AnswerStore}. */
public abstract class AnswerStoreContract {

  private final String question = UUID.randomUUID().toString();

  /** Returns the store under test, the same throughout a test. */
  protected abstract AnswerStore store();

  @Test
  void answersAreKeptByQuestionAndNodeUntilTheyAreDeleted() {
    String other = UUID.randomUUID().toString();
    assertEquals(Map.of(), store().read(question));
    store().put(question, "n1", "{\"name\":\"Zoë 😀\"}");
    store().put(other, "n1", "{}");
    assertEquals(Map.of("n1", "{\"name\":\"Zoë 😀\"}"), store().read(question));
    store().put(question, "n2", "{}");
    assertEquals(Map.of("n1", "{\"name\":\"Zoë 😀\"}", "n2", "{}"), store().read(question));
    store().delete(question);
    assertEquals(Map.of(), store().read(question));
    assertEquals(Map.of("n1", "{}"), store().read(other));
    store().delete(question);
  }

  @Test
  void answersMayBeLargeAndBeGivenTwice() {
    String large = "{\"text\":\"" + "x".repeat(200_000) + "\"}";
    store().put(question, "n1", large);
    store().put(question, "n1", large);
    assertEquals(Map.of("n1", large), store().read(question));
  }
}
