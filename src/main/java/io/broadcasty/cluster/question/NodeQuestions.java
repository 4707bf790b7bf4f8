package io.broadcasty.cluster.question;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks all nodes what each of them alone knows, such as its connections, and waits for their
 * answers for a limited time. A node that did not answer is named.
 *
 * <p>The question goes over the control topic, the answers through an {@link AnswerStore}: they may
 * be large, and only one node wants them. The node's own answer takes neither way.
 */
@ThreadSafe
public final class NodeQuestions implements ControlListener {

  /** How long a node waits for the others. A control message arrives within 250 ms. */
  public static final Duration TIME_LIMIT = Duration.ofSeconds(2);

  /** How many questions a node asks at once. */
  static final int MAX_AT_ONCE = 16;

  private static final System.Logger LOG = System.getLogger(NodeQuestions.class.getName());
  private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(2).toNanos();
  private static final long LONGEST_PAUSE_NANOS = Duration.ofMillis(50).toNanos();

  /** Answers questions from what this node has in memory. */
  @FunctionalInterface
  public interface Responder {

    /**
     * Returns the answer, as the one who asks can read it; at most some 100 KB. Called by any
     * thread; must not block.
     *
     * @param parameters what the question says
     * @throws IllegalArgumentException when it cannot read them: another version may have asked
     */
    String answer(String parameters);
  }

  /**
   * What nodes have answered.
   *
   * @param byNode the answers, by the name of the node
   * @param missing the nodes that have not answered in time
   */
  public record Answers(SortedMap<String, String> byNode, SortedSet<String> missing) {}

  private final String self;
  private final ControlTopic topic;
  private final AnswerStore store;
  private final Supplier<? extends Collection<String>> nodes;
  private final Executor answering;
  private final Ticker ticker;
  private final LongConsumer pause;
  private final Map<String, Responder> responders = new ConcurrentHashMap<>();
  private final Semaphore places = new Semaphore(MAX_AT_ONCE);

  /**
   * Creates the questions of a node; {@link #onMessage} has to be a listener of the topic.
   *
   * @param nodes returns the names of the nodes that run, as far as they are known
   * @param answering answers the questions of others, which blocks on the store; may reject them
   * @param pause waits for some nanoseconds
   */
  public NodeQuestions(
      String self,
      ControlTopic topic,
      AnswerStore store,
      Supplier<? extends Collection<String>> nodes,
      Executor answering,
      Ticker ticker,
      LongConsumer pause) {
    this.self = self;
    this.topic = topic;
    this.store = store;
    this.nodes = nodes;
    this.answering = answering;
    this.ticker = ticker;
    this.pause = pause;
  }

  /** Has this node answer all questions about a subject. */
  public void respondTo(String subject, Responder responder) {
    responders.put(subject, responder);
  }

  /**
   * Asks all nodes that run, this one included, and waits until all have answered, for {@link
   * #TIME_LIMIT} at most. Without other nodes it does not wait.
   *
   * @param subject one that {@link #respondTo} has named
   * @param only the one node to ask; null for all
   * @return the answers; null when this node asks too many questions at once: try again later
   */
  public @Nullable Answers ask(String subject, String parameters, @Nullable String only) {
    if (!places.tryAcquire()) {
      return null;
    }
    try {
      SortedSet<String> expected = new TreeSet<>(nodes.get());
      expected.add(self);
      if (only != null) {
        expected.retainAll(Set.of(only));
      }
      SortedMap<String, String> answers = new TreeMap<>();
      if (expected.remove(self)) {
        answers.put(self, answer(subject, parameters));
      }
      if (!expected.isEmpty()) {
        askOthers(subject, parameters, expected, answers);
      }
      return new Answers(answers, expected);
    } finally {
      places.release();
    }
  }

  /** Moves the nodes that answer from those expected to the answers. */
  private void askOthers(
      String subject,
      String parameters,
      SortedSet<String> expected,
      SortedMap<String, String> answers) {
    String id = UUID.randomUUID().toString();
    long begin = ticker.readNanos();
    try {
      topic.publish(new ControlMessage.Question(id, self, subject, parameters));
      long pauseNanos = FIRST_PAUSE_NANOS;
      while (!expected.isEmpty() && ticker.readNanos() - begin < TIME_LIMIT.toNanos()) {
        pause.accept(pauseNanos);
        pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        store
            .read(id)
            .forEach(
                (node, answer) -> {
                  if (expected.remove(node)) {
                    answers.put(node, answer);
                  }
                });
      }
      store.delete(id);
    } catch (ControlException e) { // those that have not answered are named
      LOG.log(Level.DEBUG, "Cannot ask the other nodes", e);
    }
  }

  @Override
  public void onMessage(ControlMessage message) {
    if (message instanceof ControlMessage.Question question
        && !question.from().equals(self)
        && responders.containsKey(question.subject())) {
      try {
        answering.execute(() -> answerTo(question));
      } catch (RejectedExecutionException e) {
        LOG.log(Level.DEBUG, "Too many questions of other nodes wait; one is not answered", e);
      }
    }
  }

  private void answerTo(ControlMessage.Question question) {
    try {
      store.put(question.id(), self, answer(question.subject(), question.parameters()));
    } catch (ControlException | IllegalArgumentException e) { // the other node names this one
      LOG.log(Level.DEBUG, "Cannot answer a question of another node", e);
    }
  }

  private String answer(String subject, String parameters) {
    Responder responder = responders.get(subject);
    if (responder == null) {
      throw new IllegalArgumentException("nobody answers questions about " + subject);
    }
    return responder.answer(parameters);
  }
}
