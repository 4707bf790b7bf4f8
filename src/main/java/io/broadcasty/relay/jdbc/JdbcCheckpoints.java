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

  private final CheckpointStatements sql;
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
    this(database, CheckpointStatements.ofProviders(), lease, kept, clock);
  }

  /**
   * Creates a store for one connector to the server's messaging.
   *
   * @param connector its id, of letters and digits
   */
  public JdbcCheckpoints(
      Database database, String connector, Duration lease, Duration kept, WallClock clock) {
    this(database, CheckpointStatements.ofConnector(connector), lease, kept, clock);
  }

  private JdbcCheckpoints(
      Database database, CheckpointStatements sql, Duration lease, Duration kept, WallClock clock) {
    this.transactions = new Transactions(database);
    this.sql = sql;
    this.readMany = new ChannelSelect(sql.readMany(), transactions.maxKeysPerStatement());
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
          try (PreparedStatement begin = connection.prepareStatement(sql.begin())) {
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

  private @Nullable Long startedAt(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql.since());
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
    try (PreparedStatement take = connection.prepareStatement(sql.take())) {
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
    try (PreparedStatement first = connection.prepareStatement(sql.first())) {
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

  private Map<Integer, Position> read(Connection connection, TenantChannel channel)
      throws SQLException {
    Map<Integer, Position> relayed = new HashMap<>();
    try (PreparedStatement read = connection.prepareStatement(sql.read())) {
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
            if (held && !move(connection, sql.move(), channel, relayed)) {
              move(connection, sql.add(), channel, relayed);
            }
            return held;
          });
    } catch (SQLException e) {
      throw new BrokerException(UNREACHABLE, e);
    }
  }

  private boolean renew(Connection connection, TenantChannel channel, String owner, long millis)
      throws SQLException {
    try (PreparedStatement renew = connection.prepareStatement(sql.renew())) {
      renew.setLong(1, clock.nowMillis() + millis);
      bindKey(renew, 2, channel);
      renew.setString(4, owner);
      return renew.executeUpdate() == 1;
    }
  }

  private boolean move(
      Connection connection, String statement, TenantChannel channel, Position relayed)
      throws SQLException {
    try (PreparedStatement move = connection.prepareStatement(statement)) {
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
                delete(connection, sql.deleteSaved(), before)
                    + delete(connection, sql.deleteClaims(), before));
  }

  private static int delete(Connection connection, String statement, long before)
      throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(statement)) {
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
