package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.background.RedactedThrowable;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.DatabaseFault;
import io.broadcasty.infra.database.Transactions;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.GroupCommit;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.Submission;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Appends each group in one transaction, then announces it.
 *
 * <p>A failed group is answered with {@link AppendOutcome.Unavailable}, unless the database refuses
 * the data of one envelope: this one is found by halving the group, and costs itself alone. If the
 * commit itself failed, it may have been executed nevertheless: those streams are read again under
 * their lock before anything else is announced, so that their new publications are announced first.
 * A group on which the database hangs is such a case, too.
 */
final class JdbcAppender implements GroupCommit.Appender {

  private static final System.Logger LOG = System.getLogger(JdbcAppender.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final String UNREACHABLE = "the database cannot be reached";
  private static final String FAILED =
      "the database did not confirm the publication; publish again with the same id";

  private static final AppendOutcome REJECTED =
      new AppendOutcome.Rejected(
          "the database refuses this publication; change its id or its texts");

  private final Transactions transactions;
  private final WallClock clock;
  private final PublicationListener listener;
  private final UncertainCommits uncertainCommits;
  private final DatabaseAvailability availability;

  JdbcAppender(
      Transactions transactions,
      DatabaseAvailability availability,
      WallClock clock,
      PublicationListener listener) {
    this.transactions = transactions;
    this.availability = availability;
    this.clock = clock;
    this.listener = listener;
    this.uncertainCommits = new UncertainCommits(this::announce);
  }

  @Override
  public boolean needsAnotherCall() {
    return !uncertainCommits.isEmpty();
  }

  @Override
  public List<List<AppendOutcome>> append(List<Submission> group) {
    try {
      if (availability.isDown()) {
        return refused(group, UNREACHABLE);
      }
      List<List<AppendOutcome>> outcomes = commit(group);
      availability.recordSuccess();
      return outcomes;
    } catch (SQLException
        | RuntimeException
        | Error e) { // publishers are answered whatever the error is
      if (DatabaseFault.of(e) == DatabaseFault.REJECTED) {
        return appendApart(group, e);
      }
      availability.recordFailure(e);
      return refused(group, FAILED);
    }
  }

  /** Appends the halves of a group whose data the database refuses, in order. */
  private List<List<AppendOutcome>> appendApart(List<Submission> group, Throwable refusal) {
    if (group.size() > 1) {
      int half = group.size() / 2;
      List<List<AppendOutcome>> outcomes = new ArrayList<>(append(group.subList(0, half)));
      outcomes.addAll(append(group.subList(half, group.size())));
      return outcomes;
    }
    if (group.isEmpty() || group.get(0).envelopes().size() == 1) {
      LOG.log(
          Level.WARNING,
          "The database refuses a publication for good",
          RedactedThrowable.of(refusal));
      return group.stream().map(only -> List.of(REJECTED)).toList();
    }
    Submission several = group.get(0);
    int count = several.envelopes().size();
    return List.of(
        append(List.of(several.part(0, count / 2), several.part(count / 2, count))).stream()
            .flatMap(List::stream)
            .toList());
  }

  private static List<List<AppendOutcome>> refused(List<Submission> group, String why) {
    return group.stream().map(submission -> submission.allUnavailable(why, RETRY_AFTER)).toList();
  }

  private List<List<AppendOutcome>> commit(List<Submission> group) throws SQLException {
    Attempt attempt = new Attempt();
    GroupAppend committed = transactions.run(() -> commit(group, attempt), attempt::abandon);
    uncertainCommits.clear();
    committed.publications().forEach(this::announce);
    return committed.outcomes();
  }

  private GroupAppend commit(List<Submission> group, Attempt attempt) throws SQLException {
    try (Connection connection = transactions.begin()) {
      if (!uncertainCommits.isEmpty()) {
        uncertainCommits.announceCommitted(connection, attempt);
        transactions.commitAndBegin(connection);
      }
      GroupAppend append =
          new GroupAppend(group, connection, clock.nowMillis(), transactions.maxKeysPerStatement());
      try {
        append.run();
        attempt.step(() -> append.forEachGrown(uncertainCommits::add));
      } catch (SQLException | RuntimeException e) {
        Transactions.rollback(connection);
        throw e;
      }
      transactions.commitDurably(connection);
      return append;
    }
  }

  private void announce(Publication publication) {
    try {
      listener.onPublication(publication);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "A listener of publications failed", e);
    }
  }
}
