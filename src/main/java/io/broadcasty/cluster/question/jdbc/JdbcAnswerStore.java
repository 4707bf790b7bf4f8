package io.broadcasty.cluster.question.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.question.AnswerStore;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.lang.System.Logger.Level;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Keeps answers in {@code broadcasty_answers}, a row for each. */
@ThreadSafe
public final class JdbcAnswerStore implements AnswerStore {

  private static final System.Logger LOG = System.getLogger(JdbcAnswerStore.class.getName());
  private static final String INSERT =
      "INSERT INTO broadcasty_answers (question_id, node, answer, created_at) VALUES (?, ?, ?, ?)";
  private static final String SELECT =
      "SELECT node, answer FROM broadcasty_answers WHERE question_id = ?";
  private static final String DELETE = "DELETE FROM broadcasty_answers WHERE question_id = ?";
  private static final String PRUNE = "DELETE FROM broadcasty_answers WHERE created_at < ?";

  /** The class of SQL states for violated constraints (ISO/IEC 9075-2). */
  private static final String CONSTRAINT = "23";

  private final Transactions transactions;
  private final Transactions upkeep;
  private final WallClock clock;

  /**
   * Creates a store.
   *
   * @param database stays open
   * @param clock the clock that the nodes share
   */
  public JdbcAnswerStore(Database database, WallClock clock) {
    this.transactions = new Transactions(database);
    this.upkeep = Transactions.ofUpkeep(database);
    this.clock = clock;
  }

  @Override
  public void put(String question, String node, String answer) {
    long now = clock.nowMillis();
    try {
      int unused =
          transactions.runAutoCommit(
              connection -> {
                try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                  insert.setString(1, question);
                  insert.setString(2, node);
                  insert.setBytes(3, answer.getBytes(UTF_8));
                  insert.setLong(4, now);
                  return insert.executeUpdate();
                }
              });
    } catch (SQLException e) {
      String state = e.getSQLState();
      if (state == null || !state.startsWith(CONSTRAINT)) { // otherwise it has answered before
        throw failed(e);
      }
    }
  }

  @Override
  public Map<String, String> read(String question) {
    try {
      return transactions.runAutoCommit(
          connection -> {
            Map<String, String> answers = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement(SELECT)) {
              select.setString(1, question);
              try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                  answers.put(rows.getString(1), new String(rows.getBytes(2), UTF_8));
                }
              }
            }
            return answers;
          });
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  @Override
  public void delete(String question) {
    try {
      int unused =
          transactions.runAutoCommit(
              connection -> {
                try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
                  delete.setString(1, question);
                  return delete.executeUpdate();
                }
              });
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Deletes the answers that nobody waits for any more; one node at a time. */
  public void prune() {
    long before = clock.nowMillis() - KEPT_FOR.toMillis();
    try {
      int deleted =
          upkeep.runAutoCommit(
              connection -> {
                try (PreparedStatement delete = connection.prepareStatement(PRUNE)) {
                  delete.setLong(1, before);
                  return delete.executeUpdate();
                }
              });
      LOG.log(Level.TRACE, "Deleted {0} answers of nodes", deleted);
    } catch (SQLException e) { // they are deleted the next time
      LOG.log(Level.DEBUG, "Cannot delete old answers of nodes", e);
    }
  }

  private static ControlException failed(SQLException cause) {
    return new ControlException("the database did not answer", cause);
  }
}
