package io.broadcasty.cluster.question;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.cluster.question.memory.MemoryAnswerStore;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class NodeQuestionsTest {

  private final ManualTime time = new ManualTime();
  private final MemoryControlTopic topic = new MemoryControlTopic();
  private final MemoryAnswerStore store = new MemoryAnswerStore();
  private final List<Long> pauses = new ArrayList<>();

  private NodeQuestions node(String name, Executor answering, String... nodes) {
    NodeQuestions questions =
        new NodeQuestions(name, topic, store, () -> List.of(nodes), answering, time, this::pause);
    topic.addListener(questions);
    questions.respondTo("load", parameters -> name + " of " + parameters);
    return questions;
  }

  private NodeQuestions node(String name, String... nodes) {
    return node(name, Runnable::run, nodes);
  }

  private void pause(long nanos) {
    pauses.add(nanos);
    time.advance(Duration.ofNanos(nanos));
  }

  private static NodeQuestions.Answers ask(NodeQuestions questions) {
    return Objects.requireNonNull(questions.ask("load", "acme", null));
  }

  @Test
  void allNodesAnswer() {
    NodeQuestions a = node("a", "a", "b", "c");
    node("b");
    node("c");
    NodeQuestions.Answers answers = ask(a);
    assertEquals(Map.of("a", "a of acme", "b", "b of acme", "c", "c of acme"), answers.byNode());
    assertEquals(Set.of(), answers.missing());
    assertEquals(1, pauses.size());
  }

  @Test
  void aNodeThatServesAloneDoesNotWaitAndAsksNobody() {
    topic.close(); // publishing would fail
    assertEquals(Map.of("a", "a of acme"), ask(node("a")).byNode());
    assertEquals(List.of(), pauses);
  }

  @Test
  void oneNodeAloneIsAsked() {
    NodeQuestions a = node("a", "a", "b", "c");
    node("b");
    NodeQuestions.Answers answers = Objects.requireNonNull(a.ask("load", "acme", "b"));
    assertEquals(Map.of("b", "b of acme"), answers.byNode());
    assertEquals(Set.of(), answers.missing());
    answers = Objects.requireNonNull(a.ask("load", "acme", "gone"));
    assertEquals(Map.of(), answers.byNode());
    assertEquals(Set.of(), answers.missing());
  }

  @Test
  void aNodeThatDoesNotAnswerInTimeIsNamed() {
    NodeQuestions a = node("a", "a", "b", "silent");
    node("b");
    long begin = time.readNanos();
    NodeQuestions.Answers answers = ask(a);
    assertEquals(Map.of("a", "a of acme", "b", "b of acme"), answers.byNode());
    assertEquals(Set.of("silent"), answers.missing());
    Duration waited = Duration.ofNanos(time.readNanos() - begin);
    assertTrue(waited.compareTo(NodeQuestions.TIME_LIMIT) >= 0, waited.toString());
    assertTrue(waited.compareTo(NodeQuestions.TIME_LIMIT.plusMillis(100)) < 0, waited.toString());
  }

  @Test
  void aNodeThatHasTooMuchToDoIsNamed() {
    NodeQuestions a = node("a", "a", "b");
    node(
        "b",
        task -> {
          throw new RejectedExecutionException();
        });
    assertEquals(Set.of("b"), ask(a).missing());
  }

  @Test
  void aNodeThatCannotReadTheQuestionIsNamed() {
    NodeQuestions a = node("a", "a", "b", "old");
    node("b")
        .respondTo(
            "load",
            parameters -> {
              throw new IllegalArgumentException("of another version");
            });
    NodeQuestions old =
        new NodeQuestions("old", topic, store, List::of, Runnable::run, time, this::pause);
    topic.addListener(old); // knows no such subject
    assertEquals(Set.of("b", "old"), ask(a).missing());
  }

  @Test
  void nodesThatCannotBeAskedAreNamed() {
    NodeQuestions a = node("a", "a", "b");
    topic.close();
    NodeQuestions.Answers answers = ask(a);
    assertEquals(Map.of("a", "a of acme"), answers.byNode());
    assertEquals(Set.of("b"), answers.missing());
  }

  @Test
  void nothingIsLeftInTheStore() {
    List<String> ids = new ArrayList<>();
    AnswerStore seen =
        new AnswerStore() {
          @Override
          public void put(String question, String node, String answer) {
            store.put(question, node, answer);
          }

          @Override
          public Map<String, String> read(String question) {
            ids.add(question);
            return store.read(question);
          }

          @Override
          public void delete(String question) {
            store.delete(question);
          }
        };
    NodeQuestions a =
        new NodeQuestions(
            "a", topic, seen, () -> List.of("a", "b"), Runnable::run, time, this::pause);
    a.respondTo("load", parameters -> "a");
    node("b");
    assertEquals(Set.of("a", "b"), ask(a).byNode().keySet());
    assertEquals(Map.of(), store.read(ids.get(0)));
  }

  @Test
  void tooManyQuestionsAtOnceAreRefusedUntilOthersAreAnswered() {
    NodeQuestions a = node("a");
    List<Object> inner = new ArrayList<>();
    a.respondTo(
        "deep",
        depth -> {
          Object deeper = a.ask("deep", depth + "x", null);
          if (deeper == null) {
            inner.add(depth.length());
          }
          return depth;
        });
    Object outermost = a.ask("deep", "x", null);
    assertTrue(outermost != null);
    assertEquals(List.of(NodeQuestions.MAX_AT_ONCE), inner);
    assertNull(Objects.requireNonNull(a.ask("load", "acme", null)).byNode().get("b"));
  }

  @Test
  void aSubjectThatNobodyKnowsIsAFault() {
    NodeQuestions a = node("a");
    assertThrows(IllegalArgumentException.class, () -> a.ask("weather", "acme", null));
  }
}
