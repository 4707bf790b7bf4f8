package io.broadcasty.cluster.question;

import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.cluster.question.memory.MemoryAnswerStore;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.List;

/** Questions of nodes that share a topic and its answers in memory, in the time of a test. */
public final class TestQuestions {

  private TestQuestions() {}

  /**
   * Returns the questions of a node, which listens to those of others.
   *
   * @param nodes the nodes that run, which the test may change
   */
  public static NodeQuestions ofNode(
      String name,
      MemoryControlTopic topic,
      MemoryAnswerStore answers,
      List<String> nodes,
      ManualTime time) {
    NodeQuestions questions =
        new NodeQuestions(
            name,
            topic,
            answers,
            () -> nodes,
            Runnable::run,
            time,
            nanos -> time.advance(Duration.ofNanos(nanos)));
    topic.addListener(questions);
    return questions;
  }
}
