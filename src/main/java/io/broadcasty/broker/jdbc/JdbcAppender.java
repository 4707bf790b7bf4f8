package io.broadcasty.broker.jdbc;

import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.broker.GroupCommit;
import io.broadcasty.broker.Publication;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.broker.Submission;
import io.broadcasty.time.WallClock;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Appends each group in one transaction, then announces it.
 *
 * <p>A group that fails is answered with {@link AppendOutcome.Unavailable}. When the commit itself
 * failed it may have taken place all the same: those streams are looked at again under their lock
 * before anything else is announced, so that what did take place is announced first.
 */
final class JdbcAppender implements GroupCommit.Appender {

  private static final System.Logger LOG = System.getLogger(JdbcAppender.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final String FAILED =
      "the database did not take it, or did not say so; publish again with the same id";

  private final Transactions transactions;
  private final WallClock clock;
  private final PublicationListener listener;
  private final Unannounced unannounced;
  private boolean failing;

  JdbcAppender(Transactions transactions, WallClock clock, PublicationListener listener) {
    this.transactions = transactions;
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
      List<List<AppendOutcome>> outcomes = commit(group);
      if (failing) {
        failing = false;
        LOG.log(Level.INFO, "the database takes publications again");
      }
      return outcomes;
    } catch (SQLException | RuntimeException | Error e) { // whatever it is, publishers are told
      if (!failing) {
        failing = true;
        LOG.log(Level.WARNING, "the database does not take publications: " + kind(e));
      }
      return group.stream()
          .map(submission -> submission.allUnavailable(FAILED, RETRY_AFTER))
          .toList();
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
}
