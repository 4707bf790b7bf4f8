package io.broadcasty.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.background.FailureLog;
import io.broadcasty.background.StackOnly;
import io.broadcasty.time.Ticker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;

/**
 * Lets the publishers of a moment share one trip to the store: one thread takes whatever waits, has
 * it appended as a group and answers. A lone publication waits for no timer. That it is one thread
 * is what keeps the order, of appending as of announcing.
 */
@ThreadSafe
public final class GroupCommit implements AutoCloseable {

  /** Appends groups to the store, and announces them. Called by one thread alone. */
  public interface Appender {

    /**
     * Appends a group, and announces what was appended. What the store does not take is answered
     * with {@link AppendOutcome.Unavailable}.
     *
     * @param group empty when something {@link #isUnsettled}
     * @return the outcomes of each submission's envelopes, in order
     */
    List<List<AppendOutcome>> append(List<Submission> group);

    /** Whether it wants to be called again soon, though nobody publishes. */
    default boolean isUnsettled() {
      return false;
    }
  }

  private static final System.Logger LOG = System.getLogger(GroupCommit.class.getName());
  private static final Duration FULL_RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration CLOSED_RETRY_AFTER = Duration.ofSeconds(5);
  private static final long SETTLE_INTERVAL_NANOS = 250_000_000L;
  private static final long MAX_GROUP_BYTES = 8L * 1024 * 1024;

  private final SubmissionQueue queue;
  private final Appender appender;
  private final int maxGroup;
  private final Executor answers;
  private final FailureLog failures =
      new FailureLog(LOG, Level.ERROR, "publishing a group", Ticker.system());
  private final Thread thread;

  /**
   * Starts the thread.
   *
   * @param maxGroup about how many envelopes go to the store at once
   * @param maxWaitingBytes how much may wait for the store; beyond it publications are refused
   * @param answers completes the publishers' futures and so runs what hangs on them; {@code
   *     Runnable::run} lets it happen on the thread that appends, which must then not be blocked
   */
  public GroupCommit(
      Appender appender,
      int maxGroup,
      long maxWaitingBytes,
      ThreadFactory threads,
      Executor answers) {
    this.queue = new SubmissionQueue(maxWaitingBytes);
    this.appender = appender;
    this.maxGroup = maxGroup;
    this.answers = answers;
    this.thread = threads.newThread(this::run);
    thread.start();
  }

  /** As {@link Broker#publish}. */
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    if (envelopes.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    Submission submission = Submission.of(envelopes);
    return switch (queue.offer(submission)) {
      case TAKEN -> submission.answer();
      case FULL ->
          CompletableFuture.completedFuture(
              submission.allUnavailable("too much is waiting for the store", FULL_RETRY_AFTER));
      case CLOSED ->
          CompletableFuture.completedFuture(
              submission.allUnavailable("the node is shutting down", CLOSED_RETRY_AFTER));
    };
  }

  /** Refuses what comes from now on, and returns once all that came before is answered. */
  @Override
  public void close() {
    queue.close();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!queue.isDrained()) {
      List<Submission> group = new ArrayList<>();
      try {
        queue.take(
            group,
            maxGroup,
            MAX_GROUP_BYTES,
            appender.isUnsettled() ? SETTLE_INTERVAL_NANOS : SubmissionQueue.untilNews());
      } catch (InterruptedException e) {
        // Ended by close() alone: an interrupt that went on into the store could break its line.
        continue;
      } catch (Error e) {
        refuse(group);
        throw e;
      }
      if (!group.isEmpty() || appender.isUnsettled()) {
        oneGroup(group);
      }
    }
  }

  private void oneGroup(List<Submission> group) {
    List<List<AppendOutcome>> outcomes;
    try {
      outcomes = appender.append(group);
    } catch (RuntimeException e) { // whatever it is, publishers are told
      failures.failed(StackOnly.of(e));
      refuse(group);
      return;
    } catch (Error e) {
      refuse(group);
      throw e;
    }
    failures.healed();
    for (int i = 0; i < group.size(); i++) {
      answer(group.get(i), outcomes.get(i));
    }
  }

  private void refuse(List<Submission> group) {
    for (Submission submission : group) {
      answer(
          submission,
          submission.allUnavailable("it failed; publish again with the same id", FULL_RETRY_AFTER));
    }
  }

  private void answer(Submission submission, List<AppendOutcome> outcomes) {
    try {
      answers.execute(() -> submission.answer().complete(outcomes));
    } catch (RejectedExecutionException | OutOfMemoryError e) { // it is told all the same
      submission.answer().complete(outcomes);
    }
  }
}
