package io.broadcasty.broker.jdbc;

import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.broker.GroupCommit;
import io.broadcasty.broker.Publication;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.broker.Submission;
import io.broadcasty.database.Transactions;
import io.broadcasty.time.WallClock;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Appends each group in one transaction, then announces it.
 *
 * <p>A failed group is answered with {@link AppendOutcome.Unavailable}. If the commit itself
 * failed, it may have been executed nevertheless: those streams are read again under their lock
 * before anything else is announced, so that their new publications are announced first.
 */
final class JdbcAppender implements GroupCommit.Appender {

  private static final System.Logger LOG = System.getLogger(JdbcAppender.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final String OUT_OF_REACH = "the database cannot be reached";
  private static final String FAILED =
      "the database did not confirm the publication; publish again with the same id";

  private final Transactions transactions;
  private final WallClock clock;
  private final PublicationListener listener;
  private final Unannounced unannounced;
  private final Availability availability;

  JdbcAppender(
      Transactions transactions,
      Availability availability,
      WallClock clock,
      PublicationListener listener) {
    this.transactions = transactions;
    this.availability = availability;
    this.clock = clock;
    this.listener = listener;
    this.unannounced = new Unannounced(this::announce);
  }

  @Override
  public boolean isUnsettled() {
    return !unannounced.isEmpty();
  }

  @Override
  public List<List<AppendOutcome>> append(List<Submission> group) {
    try {
      if (availability.isDown()) {
        return refused(group, OUT_OF_REACH);
      }
      List<List<AppendOutcome>> outcomes = commit(group);
      availability.served();
      return outcomes;
    } catch (SQLException
        | RuntimeException
        | Error e) { // publishers are answered whatever the error is
      availability.failed(e);
      return refused(group, FAILED);
    }
  }

  private static List<List<AppendOutcome>> refused(List<Submission> group, String why) {
    return group.stream().map(submission -> submission.allUnavailable(why, RETRY_AFTER)).toList();
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

  private void announce(Publication publication) {
    try {
      listener.onPublication(publication);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "A listener of publications failed", e);
    }
  }
}
