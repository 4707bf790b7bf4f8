package io.broadcasty.core.auth.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.TicketStore;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps tickets that all nodes share in {@code broadcasty_tickets}, a row for each. Times are those
 * of the clock that the nodes share.
 */
@ThreadSafe
public final class JdbcTicketStore implements TicketStore {

  private static final System.Logger LOG = System.getLogger(JdbcTicketStore.class.getName());
  private static final String INSERT =
      "INSERT INTO broadcasty_tickets (ticket_hash, content, expires_at) VALUES (?, ?, ?)";
  private static final String SELECT =
      "SELECT content FROM broadcasty_tickets WHERE ticket_hash = ? AND expires_at > ?";
  private static final String DELETE = "DELETE FROM broadcasty_tickets WHERE ticket_hash = ?";
  private static final String PRUNE = "DELETE FROM broadcasty_tickets WHERE expires_at <= ?";

  private final Transactions transactions;
  private final Transactions upkeep;
  private final long lifeMillis;
  private final WallClock clock;

  /**
   * Creates a store.
   *
   * @param database stays open
   * @param life how long a content is kept
   * @param clock the clock that the nodes share
   */
  public JdbcTicketStore(Database database, Duration life, WallClock clock) {
    this.transactions = new Transactions(database);
    this.upkeep = Transactions.ofUpkeep(database);
    this.lifeMillis = life.toMillis();
    this.clock = clock;
  }

  @Override
  public void put(TenantId tenant, String id, byte[] content) {
    long expiresAt = clock.nowMillis() + lifeMillis;
    try {
      int unused =
          transactions.runAutoCommit(
              connection -> {
                try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                  insert.setString(1, id);
                  insert.setBytes(2, content);
                  insert.setLong(3, expiresAt);
                  return insert.executeUpdate();
                }
              });
    } catch (SQLException e) {
      throw new AuthenticationUnavailableException("Cannot keep a ticket in the database", e);
    }
  }

  @Override
  public byte @Nullable [] take(String id) {
    long now = clock.nowMillis();
    Taken taken;
    try {
      taken =
          transactions.runAutoCommit(
              connection -> {
                byte[] content = content(connection, id, now);
                return new Taken(content, content != null && delete(connection, id));
              });
    } catch (SQLException e) {
      throw new AuthenticationUnavailableException("Cannot take a ticket from the database", e);
    }
    return taken.mine() ? taken.content() : null;
  }

  /**
   * What was read.
   *
   * @param mine whether it was this node that has deleted it
   */
  private record Taken(byte @Nullable [] content, boolean mine) {}

  private static byte @Nullable [] content(Connection connection, String id, long now)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setString(1, id);
      select.setLong(2, now);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getBytes(1) : null;
      }
    }
  }

  private static boolean delete(Connection connection, String id) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
      delete.setString(1, id);
      return delete.executeUpdate() == 1;
    }
  }

  /** Deletes what has expired; one node at a time. */
  public void prune() {
    long now = clock.nowMillis();
    try {
      int deleted =
          upkeep.runAutoCommit(
              connection -> {
                try (PreparedStatement delete = connection.prepareStatement(PRUNE)) {
                  delete.setLong(1, now);
                  return delete.executeUpdate();
                }
              });
      LOG.log(Level.TRACE, "Deleted {0} tickets", deleted);
    } catch (SQLException e) { // they are deleted the next time
      LOG.log(Level.DEBUG, "Cannot delete old tickets", e);
    }
  }
}
