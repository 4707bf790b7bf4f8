package io.broadcasty.relay.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.ChannelSelect;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import io.broadcasty.relay.Checkpoints;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stores checkpoints in a relational database. Leases use the clock that the nodes share, {@link
 * Database#clock}.
 */
@ThreadSafe
public final class JdbcCheckpoints implements Checkpoints {

  private static final String UNREACHABLE = "cannot use the database of the relay's checkpoints";
  private static final String KEY = " WHERE tenant_id = ? AND channel = ?";
  private static final String SINCE = "SELECT since_at FROM broadcasty_relay_since WHERE id = 1";
  private static final String BEGIN =
      "INSERT INTO broadcasty_relay_since (id, since_at) VALUES (1, ?)";
  private static final String TAKE =
      "UPDATE broadcasty_relay_claims SET owner = ?, until_at = ?"
          + KEY
          + " AND (owner = ? OR until_at <= ?)";
  private static final String FIRST =
      "INSERT INTO broadcasty_relay_claims (owner, until_at, tenant_id, channel)"
          + " VALUES (?, ?, ?, ?)";
  private static final String RENEW =
      "UPDATE broadcasty_relay_claims SET until_at = ?" + KEY + " AND owner = ?";
  private static final String READ = "SELECT partition_no, epoch, seq FROM broadcasty_relay" + KEY;
  private static final String READ_MANY =
      "SELECT channel, partition_no, epoch, seq FROM broadcasty_relay";
  private static final String MOVE =
      "UPDATE broadcasty_relay SET epoch = ?, seq = ?, saved_at = ?"
          + KEY
          + " AND partition_no = ?";
  private static final String ADD =
      "INSERT INTO broadcasty_relay (epoch, seq, saved_at, tenant_id, channel, partition_no)"
          + " VALUES (?, ?, ?, ?, ?, ?)";

  private final Transactions transactions;
  private final ChannelSelect readMany;
  private final Duration lease;
  private final Duration kept;
  private final WallClock clock;

  /**
   * Creates a store.
   *
   * @param database stays open
   * @param lease of a claim
   * @param kept for how long a channel is remembered after it was used last
   */
  public JdbcCheckpoints(Database database, Duration lease, Duration kept, WallClock clock) {
    this.transactions = new Transactions(database);
    this.readMany = new ChannelSelect(READ_MANY, transactions.maxKeysPerStatement());
    this.lease = lease;
    this.kept = kept;
    this.clock = clock;
  }

  /** Runs the work, each statement in its own transaction. */
  private <T> T run(Transactions.Work<T> work) {
    try {
      return transactions.runAutoCommit(work);
    } catch (SQLException e) {
      throw new BrokerException(UNREACHABLE, e);
    }
  }

  @Override
  public long startedAt(long nowMillis) {
    return run(
        connection -> {
          Long known = startedAt(connection);
          if (known != null) {
            return known;
          }
          try (PreparedStatement begin = connection.prepareStatement(BEGIN)) {
            begin.setLong(1, nowMillis);
            begin.executeUpdate();
            return nowMillis;
          } catch (SQLException e) {
            Long ofAnother = startedAt(connection);
            if (ofAnother == null) {
              throw e;
            }
            return ofAnother;
          }
        });
  }

  private static @Nullable Long startedAt(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SINCE);
        ResultSet row = select.executeQuery()) {
      return row.next() ? row.getLong(1) : null;
    }
  }

  @Override
  public @Nullable Map<Integer, Position> claim(TenantChannel channel, String owner) {
    Optional<Map<Integer, Position>> claimed =
        run(
            connection ->
                take(connection, channel, owner) || takeFirst(connection, channel, owner)
                    ? Optional.of(read(connection, channel))
                    : Optional.empty());
    return claimed.orElse(null);
  }

  private boolean take(Connection connection, TenantChannel channel, String owner)
      throws SQLException {
    long now = clock.nowMillis();
    try (PreparedStatement take = connection.prepareStatement(TAKE)) {
      take.setString(1, owner);
      take.setLong(2, now + lease.toMillis());
      bindKey(take, 3, channel);
      take.setString(5, owner);
      take.setLong(6, now);
      return take.executeUpdate() == 1;
    }
  }

  /** Claims a channel that has no row yet. */
  private boolean takeFirst(Connection connection, TenantChannel channel, String owner)
      throws SQLException {
    try (PreparedStatement first = connection.prepareStatement(FIRST)) {
      first.setString(1, owner);
      first.setLong(2, clock.nowMillis() + lease.toMillis());
      bindKey(first, 3, channel);
      return first.executeUpdate() == 1;
    } catch (SQLException e) {
      if (String.valueOf(e.getSQLState()).startsWith("23")) { // another node's row exists
        return false;
      }
      throw e;
    }
  }

  @Override
  public Map<Integer, Position> read(TenantChannel channel) {
    return run(connection -> read(connection, channel));
  }

  @Override
  public Map<TenantChannel, Map<Integer, Position>> read(Collection<TenantChannel> channels) {
    Map<TenantChannel, Map<Integer, Position>> relayed = new HashMap<>();
    channels.forEach(channel -> relayed.put(channel, new HashMap<>()));
    return run(
        connection -> {
          readMany.run(
              connection,
              channels,
              (channel, row) ->
                  relayed
                      .computeIfAbsent(channel, c -> new HashMap<>())
                      .put(
                          row.getInt(2),
                          new Position(row.getString(3), row.getInt(2), row.getLong(4))));
          return relayed;
        });
  }

  private static Map<Integer, Position> read(Connection connection, TenantChannel channel)
      throws SQLException {
    Map<Integer, Position> relayed = new HashMap<>();
    try (PreparedStatement read = connection.prepareStatement(READ)) {
      bindKey(read, 1, channel);
      try (ResultSet row = read.executeQuery()) {
        while (row.next()) {
          relayed.put(row.getInt(1), new Position(row.getString(2), row.getInt(1), row.getLong(3)));
        }
      }
    }
    return relayed;
  }

  /**
   * Renews the lease first, which locks its row until the position is saved, so that no other node
   * saves.
   */
  @Override
  public boolean save(TenantChannel channel, String owner, Position relayed) {
    try {
      return transactions.write(
          connection -> {
            boolean held = renew(connection, channel, owner, lease.toMillis());
            if (held && !move(connection, MOVE, channel, relayed)) {
              move(connection, ADD, channel, relayed);
            }
            return held;
          });
    } catch (SQLException e) {
      throw new BrokerException(UNREACHABLE, e);
    }
  }

  private boolean renew(Connection connection, TenantChannel channel, String owner, long millis)
      throws SQLException {
    try (PreparedStatement renew = connection.prepareStatement(RENEW)) {
      renew.setLong(1, clock.nowMillis() + millis);
      bindKey(renew, 2, channel);
      renew.setString(4, owner);
      return renew.executeUpdate() == 1;
    }
  }

  private boolean move(Connection connection, String sql, TenantChannel channel, Position relayed)
      throws SQLException {
    try (PreparedStatement move = connection.prepareStatement(sql)) {
      move.setString(1, relayed.epoch());
      move.setLong(2, relayed.sequence());
      move.setLong(3, clock.nowMillis());
      bindKey(move, 4, channel);
      move.setInt(6, relayed.partition());
      return move.executeUpdate() == 1;
    }
  }

  @Override
  public void release(TenantChannel channel, String owner) {
    var unused = run(connection -> renew(connection, channel, owner, 0));
  }

  @Override
  public void prune() {
    long before = clock.nowMillis() - kept.toMillis();
    var unused =
        run(
            connection ->
                delete(connection, "DELETE FROM broadcasty_relay WHERE saved_at < ?", before)
                    + delete(
                        connection,
                        "DELETE FROM broadcasty_relay_claims WHERE until_at < ?",
                        before));
  }

  private static int delete(Connection connection, String sql, long before) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      delete.setLong(1, before);
      return delete.executeUpdate();
    }
  }

  private static void bindKey(PreparedStatement statement, int from, TenantChannel channel)
      throws SQLException {
    statement.setString(from, channel.tenant().value());
    statement.setString(from + 1, channel.name().value());
  }
}
