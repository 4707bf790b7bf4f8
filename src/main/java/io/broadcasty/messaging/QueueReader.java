package io.broadcasty.messaging;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.BackgroundLoop;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.wire.Problem;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what a queue or topic delivers, in its order, on a thread of its own.
 *
 * <p>Messages are published in batches, and acknowledged when the store has accepted the whole
 * batch. A batch that the store does not accept now is published again, with the same ids, until it
 * does: no message overtakes another, and nothing is delivered again meanwhile. After a crash or a
 * lost connection messages are delivered again, and recognised by their ids.
 */
@ThreadSafe
public final class QueueReader implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(QueueReader.class.getName());
  private static final int MAX_BATCH = 250;
  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final long MIN_PAUSE_MILLIS = 100;
  private static final long MAX_PAUSE_MILLIS = 5000;
  private static final long SUSPENDED_PAUSE_MILLIS = 200;
  private static final long JOIN_MILLIS = 5000;

  private final String id;
  private final MessageQueue.Opener opener;
  private final MessagePublisher publisher;
  private final BooleanSupplier suspended;
  private final ConnectorCounts counts = new ConnectorCounts();
  private final BackgroundLoop loop;

  @ConfinedTo("the loop")
  private @Nullable MessageQueue queue;

  @ConfinedTo("the loop")
  private long pauseMillis = MIN_PAUSE_MILLIS;

  @ConfinedTo("the loop")
  private @Nullable String loggedFailure;

  @ConfinedTo("the loop")
  private @Nullable String loggedRefusal;

  /**
   * Starts to read.
   *
   * @param id of the connector, for messages in the log
   * @param suspended whether this node takes no part now
   */
  public QueueReader(
      String id,
      MessageQueue.Opener opener,
      MessagePublisher publisher,
      BooleanSupplier suspended,
      BackgroundLoops loops) {
    this.id = id;
    this.opener = opener;
    this.publisher = publisher;
    this.suspended = suspended;
    this.loop = loops.create("messaging-" + id, new Reading());
    loop.start();
  }

  /** Returns what has been received. */
  public ConnectorCounts counts() {
    return counts;
  }

  /** Stops reading; what is not acknowledged is delivered again. */
  @Override
  public void close() {
    loop.close();
    if (!loop.join(JOIN_MILLIS)) {
      LOG.log(Level.WARNING, "The connector {0} does not end; the messaging does not answer", id);
    }
  }

  /** The rounds of the loop. */
  private final class Reading implements BackgroundLoop.Work {

    @Override
    public boolean runRound() throws InterruptedException {
      if (suspended.getAsBoolean()) {
        disconnect(); // so that another node gets the messages
        return loop.pause(SUSPENDED_PAUSE_MILLIS);
      }
      boolean done = false;
      try {
        MessageQueue open = connected();
        List<IncomingMessage> messages = open.receive(MAX_BATCH, WAIT);
        done = messages.isEmpty() || publishAll(open, messages);
        pauseMillis = done ? MIN_PAUSE_MILLIS : pauseMillis;
      } catch (MessagingException e) {
        recordFailure(e);
        disconnect();
        done = true;
        pauseLonger();
      } finally {
        if (!done) {
          disconnect();
        }
      }
      return loop.pause(0);
    }

    @Override
    public void onError(Throwable error) {
      disconnect();
    }

    @Override
    public void onEnd() {
      disconnect();
    }
  }

  private MessageQueue connected() throws MessagingException {
    MessageQueue open = queue;
    if (open == null) {
      open = opener.open();
      queue = open;
      loggedFailure = null;
      counts.setConnected(true);
      LOG.log(Level.INFO, "The connector {0} receives messages", id);
    }
    return open;
  }

  /** Publishes and acknowledges messages; returns false when the loop is to end before. */
  private boolean publishAll(MessageQueue open, List<IncomingMessage> messages)
      throws MessagingException, InterruptedException {
    MessagePublisher.@Nullable Result[] results =
        new MessagePublisher.@Nullable Result[messages.size()];
    List<Integer> waiting = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      waiting.add(i);
    }
    while (!waiting.isEmpty()) {
      List<MessagePublisher.Result> published =
          publisher.publish(waiting.stream().map(messages::get).toList());
      List<Integer> again = new ArrayList<>();
      Problem problem = null;
      for (int i = 0; i < published.size(); i++) {
        int number = waiting.get(i);
        if (published.get(i) instanceof MessagePublisher.Waiting later) {
          again.add(number);
          problem = problem == null ? later.problem() : problem;
        } else {
          results[number] = published.get(i);
        }
      }
      if (problem != null) {
        LOG.log(Level.DEBUG, "The messages of the connector {0} wait: {1}", id, problem.detail());
        if (!pauseFor(problem)) {
          return false;
        }
      }
      waiting = again;
    }
    acknowledge(open, results);
    return true;
  }

  private void acknowledge(MessageQueue open, MessagePublisher.@Nullable Result[] results)
      throws MessagingException {
    for (int i = 0; i < results.length; i++) {
      if (results[i] instanceof MessagePublisher.Refused refused) {
        Problem problem = refused.problem();
        open.deadLetter(i, problem.code().wireName(), problem.detail());
        logRefusal(problem);
      }
    }
    open.acknowledge();
    for (MessagePublisher.Result result : results) {
      if (result != null) {
        counts.record(result);
      }
    }
  }

  private void logRefusal(Problem problem) {
    String text = problem.code().wireName() + ": " + problem.detail();
    if (!text.equals(loggedRefusal)) {
      loggedRefusal = text;
      LOG.log(
          Level.WARNING,
          "The connector {0} moves messages to its dead-letter queue: {1}",
          id,
          text);
    }
  }

  private boolean pauseFor(Problem problem) {
    long hint = problem.retryAfter() == null ? 0 : problem.retryAfter().toMillis();
    long millis = Math.min(MAX_PAUSE_MILLIS, Math.max(pauseMillis, hint));
    pauseMillis = Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
    return loop.pause(millis);
  }

  private void pauseLonger() {
    var unused = loop.pause(pauseMillis);
    pauseMillis = Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
  }

  private void recordFailure(MessagingException failure) {
    String text = String.valueOf(failure.getMessage());
    if (!text.equals(loggedFailure)) {
      loggedFailure = text;
      LOG.log(
          Level.WARNING,
          "The connector {0} cannot receive messages, and tries again: {1}",
          id,
          text);
      LOG.log(Level.DEBUG, "The connector " + id + " failed", failure);
    }
  }

  private void disconnect() {
    MessageQueue open = queue;
    queue = null;
    counts.setConnected(false);
    if (open != null) {
      open.close();
    }
  }
}
