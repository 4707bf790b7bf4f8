package io.broadcasty.cluster.question.memory;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.question.AnswerStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The answers of a node that serves alone, and asks nobody but itself; kept until deleted. */
@ThreadSafe
public final class MemoryAnswerStore implements AnswerStore {

  private final Map<String, Map<String, String>> answers = new ConcurrentHashMap<>();

  @Override
  public void put(String question, String node, String answer) {
    answers.computeIfAbsent(question, id -> new ConcurrentHashMap<>()).put(node, answer);
  }

  @Override
  public Map<String, String> read(String question) {
    return Map.copyOf(answers.getOrDefault(question, Map.of()));
  }

  @Override
  public void delete(String question) {
    answers.remove(question);
  }
}
