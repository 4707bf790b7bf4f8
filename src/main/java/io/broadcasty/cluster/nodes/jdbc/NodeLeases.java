package io.broadcasty.cluster.nodes.jdbc;

import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.core.background.BackgroundLoop;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Detects dead nodes among those that share a relational database. Each node has a row with a
 * counter that it increments regularly; a node whose counter another has seen unchanged for the
 * lease, by its own ticker, is dead. Thus no clocks are compared, and a node that has just started,
 * or could not reach the database, waits for a full lease before it considers others dead.
 */
public final class NodeLeases implements AutoCloseable {

  /** The interval at which a node increments its counter. */
  public static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(3);

  /** A node whose counter has not changed for this long is dead. */
  public static final Duration LEASE = Duration.ofSeconds(15);

  private static final System.Logger LOG = System.getLogger(NodeLeases.class.getName());
  private static final String NAME = "node-leases";
  private static final long STOP_MILLIS = 2000;

  private static final String RENEW = "UPDATE broadcasty_nodes SET beat = beat + 1 WHERE node = ?";
  private static final String INSERT = "INSERT INTO broadcasty_nodes (node, beat) VALUES (?, 1)";
  private static final String ALL = "SELECT node, beat FROM broadcasty_nodes";
  private static final String DELETE = "DELETE FROM broadcasty_nodes WHERE node = ?";
  private static final String DELETE_DEAD = DELETE + " AND beat = ?";

  /** A counter's value, and when it was first seen. */
  private record Seen(long beat, long sinceNanos) {}

  private final Transactions transactions;
  private final String self;
  private final Duration interval;
  private final Duration lease;
  private final Ticker ticker;
  private final NodeRegistry.Listener listener;
  private final FailureLog failures;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final BackgroundLoop loop;

  /** The nodes that are not known to be dead. */
  private volatile Set<String> live = Set.of();

  // used only by the loop's thread
  private final Map<String, Seen> others = new HashMap<>();
  private long wait;
  private boolean reachable;

  /**
   * Starts the heartbeat of this node.
   *
   * @param self this node's name, which no other has or had
   * @param beat the interval, as {@link #HEARTBEAT_INTERVAL}
   * @param lease as {@link #LEASE}
   */
  public NodeLeases(
      Database database,
      String self,
      Duration beat,
      Duration lease,
      Ticker ticker,
      NodeRegistry.Listener listener,
      BackgroundLoops loops) {
    this.transactions = new Transactions(database);
    this.self = self;
    this.interval = beat;
    this.lease = lease;
    this.ticker = ticker;
    this.listener = listener;
    this.failures =
        new FailureLog(LOG, Level.WARNING, "Reading live nodes from the database", ticker);
    this.loop = loops.start(NAME, this::runRound);
  }

  /**
   * Stops the heartbeat and deletes this node's row, so that the others learn at once that it is
   * gone.
   */
  @Override
  public void close() {
    closing.countDown();
    loop.close();
    if (!loop.join(STOP_MILLIS)) {
      LOG.log(
          Level.DEBUG,
          "This node could not sign off in time; others will notice when its lease expires");
    }
  }

  /**
   * Returns the names of the nodes that share the database, as far as is known: all that have not
   * been found dead, this one included once it has reached the database.
   */
  public Set<String> live() {
    return live;
  }

  private boolean runRound() throws InterruptedException {
    if (closing.await(wait, TimeUnit.MILLISECONDS)) {
      signOff();
      return false;
    }
    wait = interval.toMillis();
    try {
      renew();
      checkHeartbeats(transactions.runAutoCommit(this::read));
      reachable = true;
      failures.recordSuccess();
    } catch (SQLException e) {
      reachable = false;
      failures.recordFailure(e);
    }
    return true;
  }

  private void signOff() {
    try {
      delete(DELETE, self, 0);
    } catch (SQLException e) {
      LOG.log(
          Level.DEBUG,
          "This node could not sign off; others will notice when its lease expires",
          e);
    }
  }

  private void renew() throws SQLException {
    boolean known =
        transactions.runAutoCommit(
            connection -> {
              try (PreparedStatement renew = connection.prepareStatement(RENEW)) {
                renew.setString(1, self);
                return renew.executeUpdate() > 0;
              }
            });
    if (!known) {
      transactions.runAutoCommit(
          connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
              insert.setString(1, self);
              return insert.executeUpdate();
            }
          });
    }
    if (!known || !reachable) {
      listener.onSelfExpired();
    }
  }

  private Map<String, Long> read(Connection connection) throws SQLException {
    Map<String, Long> beats = new HashMap<>();
    try (PreparedStatement all = connection.prepareStatement(ALL);
        ResultSet rows = all.executeQuery()) {
      while (rows.next()) {
        beats.put(rows.getString(1), rows.getLong(2));
      }
    }
    return beats;
  }

  private void checkHeartbeats(Map<String, Long> beats) throws SQLException {
    long now = ticker.readNanos();
    if (!reachable) {
      others.clear(); // the others may not have reached the database either
    }
    others.keySet().retainAll(beats.keySet());
    for (Map.Entry<String, Long> each : beats.entrySet()) {
      String node = each.getKey();
      Seen seen = others.get(node);
      if (seen == null || seen.beat() != each.getValue()) {
        others.put(node, new Seen(each.getValue(), now));
      } else if (!node.equals(self) && now - seen.sinceNanos() >= lease.toNanos()) {
        LOG.log(Level.INFO, "node " + node + " is gone; its data is removed");
        listener.onGone(node);
        delete(DELETE_DEAD, node, seen.beat());
        others.remove(node);
      }
    }
    live = Set.copyOf(others.keySet());
  }

  private void delete(String sql, String node, long itsBeat) throws SQLException {
    transactions.runAutoCommit(
        connection -> {
          try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.setString(1, node);
            if (sql.equals(DELETE_DEAD)) {
              delete.setLong(2, itsBeat);
            }
            return delete.executeUpdate();
          }
        });
  }
}
