package io.broadcasty.broker.jdbc;

import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.broker.Publication;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.time.WallClock;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The one thread that appends. It takes whatever waits, commits it as one group, announces it in
 * order and answers. Announcing on this thread alone is what keeps the order.
 *
 * <p>A group that fails is answered with {@link AppendOutcome.Unavailable}. When the commit itself
 * failed it may have taken place all the same: those streams are looked at again under their lock
 * before anything else is announced, so that what did take place is announced first.
 */
final class Committer implements Runnable {

  private static final System.Logger LOG = System.getLogger(Committer.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final long SETTLE_INTERVAL_NANOS = 250_000_000L;
  private static final long MAX_GROUP_BYTES = 8L * 1024 * 1024;
  private static final String FAILED =
      "the database did not take it, or did not say so; publish again with the same id";

  private final SubmissionQueue queue;
  private final Transactions transactions;
  private final int maxGroup;
  private final WallClock clock;
  private final PublicationListener listener;
  private final Executor answers;
  private final Unannounced unannounced;
  private boolean failing;

  Committer(
      SubmissionQueue queue,
      Transactions transactions,
      int maxGroup,
      WallClock clock,
      PublicationListener listener,
      Executor answers) {
    this.queue = queue;
    this.transactions = transactions;
    this.maxGroup = maxGroup;
    this.clock = clock;
    this.listener = listener;
    this.answers = answers;
    this.unannounced = new Unannounced(this::announce);
  }

  @Override
  public void run() {
    while (!queue.isDrained()) {
      List<Submission> group;
      try {
        group =
            queue.take(
                maxGroup,
                MAX_GROUP_BYTES,
                unannounced.isEmpty() ? SubmissionQueue.untilNews() : SETTLE_INTERVAL_NANOS);
      } catch (InterruptedException e) {
        // Ended by close() alone: an interrupt that went on into the database could close its file.
        continue;
      }
      if (!group.isEmpty() || !unannounced.isEmpty()) {
        oneGroup(group);
      }
    }
  }

  private void oneGroup(List<Submission> group) {
    List<List<AppendOutcome>> outcomes;
    try {
      outcomes = commit(group);
      if (failing) {
        failing = false;
        LOG.log(Level.INFO, "the database takes publications again");
      }
    } catch (SQLException | RuntimeException | Error e) { // whatever it is, publishers are told
      if (!failing) {
        failing = true;
        LOG.log(Level.WARNING, "the database does not take publications: " + kind(e));
      }
      for (Submission submission : group) {
        answer(submission, submission.allUnavailable(FAILED, RETRY_AFTER));
      }
      return;
    }
    for (int i = 0; i < group.size(); i++) {
      answer(group.get(i), outcomes.get(i));
    }
  }

  private List<List<AppendOutcome>> commit(List<Submission> group) throws SQLException {
    try (Connection connection = transactions.begin()) {
      unannounced.settle(connection);
      GroupAppend append =
          new GroupAppend(group, connection, clock.nowMillis(), transactions.keysAtOnce());
      try {
        append.run();
      } catch (SQLException | RuntimeException e) {
        Transactions.rollback(connection);
        throw e;
      }
      append.eachGrown(unannounced::add);
      transactions.commitDurably(connection);
      unannounced.clear();
      append.publications().forEach(this::announce);
      return append.outcomes();
    }
  }

  /** Without the message, in which a driver may quote payloads. */
  private static String kind(Throwable failure) {
    return failure instanceof SQLException e
        ? "SQL state " + e.getSQLState() + ", vendor code " + e.getErrorCode()
        : failure.getClass().getName();
  }

  private void announce(Publication publication) {
    try {
      listener.onPublication(publication);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a listener of publications failed", e);
    }
  }

  private void answer(Submission submission, List<AppendOutcome> outcomes) {
    try {
      answers.execute(() -> submission.answer().complete(outcomes));
    } catch (RejectedExecutionException e) {
      submission.answer().complete(outcomes);
    }
  }
}
