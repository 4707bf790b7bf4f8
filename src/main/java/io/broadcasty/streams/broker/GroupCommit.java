package io.broadcasty.streams.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.background.RedactedThrowable;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;

/**
 * Appends concurrent publications in groups: one thread takes all that wait, appends them to the
 * store together, and answers. A single publication does not wait for a timer. Using one thread
 * keeps the order, of appending as well as of announcing.
 */
@ThreadSafe
public final class GroupCommit implements AutoCloseable {

  /** Appends groups to the store, and announces them. Called by one thread only. */
  public interface Appender {

    /**
     * Appends a group, and announces what was appended. What the store refuses is answered with
     * {@link AppendOutcome.Unavailable}.
     *
     * @param group empty when {@link #needsAnotherCall} has returned true
     * @return the outcomes of each submission's envelopes, in order
     */
    List<List<AppendOutcome>> append(List<Submission> group);

    /** Returns whether it has to be called again soon, even without new publications. */
    default boolean needsAnotherCall() {
      return false;
    }
  }

  private static final System.Logger LOG = System.getLogger(GroupCommit.class.getName());
  private static final Duration FULL_RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration CLOSED_RETRY_AFTER = Duration.ofSeconds(5);
  private static final long FOLLOW_UP_INTERVAL_NANOS = 250_000_000L;
  private static final long MAX_GROUP_BYTES = 8L * 1024 * 1024;

  private final SubmissionQueue queue;
  private final Appender appender;
  private final int maxGroup;
  private final MemoryBudget memory;
  private final Executor answers;
  private final FailureLog failures =
      new FailureLog(LOG, Level.ERROR, "Publishing a group", Ticker.system());
  private final Thread thread;

  /**
   * Starts the thread.
   *
   * @param maxGroup the approximate maximum number of envelopes in a group
   * @param maxWaitingBytes how many bytes may wait for the store; beyond it publications are
   *     refused
   * @param memory counts what waits, from the call until the answer, for the tenant of the first
   *     envelope
   * @param answers completes the publishers' futures, and thus runs their dependents; {@code
   *     Runnable::run} does it on the appending thread, which must then not be blocked
   */
  public GroupCommit(
      Appender appender,
      int maxGroup,
      long maxWaitingBytes,
      MemoryBudget memory,
      ThreadFactory threads,
      Executor answers) {
    this.memory = memory;
    this.queue = new SubmissionQueue(maxWaitingBytes);
    this.appender = appender;
    this.maxGroup = maxGroup;
    this.answers = answers;
    this.thread = threads.newThread(this::run);
    thread.start();
  }

  /** Appends envelopes as {@link Broker#publish} does. */
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    if (envelopes.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    Submission submission = Submission.of(envelopes);
    TenantId tenant = envelopes.get(0).channel().tenant();
    Grant grant = memory.tryReserve(tenant, submission.bytes());
    if (grant != Grant.GRANTED) {
      return CompletableFuture.completedFuture(
          Collections.nCopies(
              envelopes.size(),
              new AppendOutcome.NoMemory(MemoryArea.QUEUES, grant, FULL_RETRY_AFTER)));
    }
    SubmissionQueue.Offer offer = queue.offer(submission);
    if (offer != SubmissionQueue.Offer.TAKEN) {
      memory.release(tenant, submission.bytes());
    }
    return switch (offer) {
      case TAKEN ->
          submission
              .answer()
              .whenComplete((all, failure) -> memory.release(tenant, submission.bytes()));
      case FULL ->
          CompletableFuture.completedFuture(
              submission.allUnavailable(
                  "too many publications wait for the store", FULL_RETRY_AFTER));
      case CLOSED ->
          CompletableFuture.completedFuture(
              submission.allUnavailable("the node is shutting down", CLOSED_RETRY_AFTER));
    };
  }

  /** Refuses new publications, and returns once all earlier ones are answered. */
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
            appender.needsAnotherCall()
                ? FOLLOW_UP_INTERVAL_NANOS
                : SubmissionQueue.untilNextSubmission());
      } catch (InterruptedException e) {
        // Only close() ends the thread: an interrupt that reaches the store could break its
        // connection.
        continue;
      } catch (Error e) {
        refuse(group);
        throw e;
      }
      if (!group.isEmpty() || appender.needsAnotherCall()) {
        appendNextGroup(group);
      }
    }
  }

  private void appendNextGroup(List<Submission> group) {
    List<List<AppendOutcome>> outcomes;
    try {
      outcomes = appender.append(group);
    } catch (RuntimeException e) { // publishers are answered whatever the error is
      failures.recordFailure(RedactedThrowable.of(e));
      refuse(group);
      return;
    } catch (Error e) {
      refuse(group);
      throw e;
    }
    failures.recordSuccess();
    for (int i = 0; i < group.size(); i++) {
      answer(group.get(i), outcomes.get(i));
    }
  }

  private void refuse(List<Submission> group) {
    for (Submission submission : group) {
      answer(
          submission,
          submission.allUnavailable(
              "the publication failed; publish again with the same id", FULL_RETRY_AFTER));
    }
  }

  private void answer(Submission submission, List<AppendOutcome> outcomes) {
    try {
      answers.execute(() -> submission.answer().complete(outcomes));
    } catch (RejectedExecutionException
        | OutOfMemoryError e) { // the future is completed nevertheless
      submission.answer().complete(outcomes);
    }
  }
}
