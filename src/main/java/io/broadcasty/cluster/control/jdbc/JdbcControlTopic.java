package io.broadcasty.cluster.control.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlFormat;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlListeners;
import io.broadcasty.cluster.control.ControlLoop;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlRetention;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.cluster.control.ReceivedIds;
import io.broadcasty.cluster.control.jdbc.ControlTable.Bounds;
import io.broadcasty.cluster.control.jdbc.ControlTable.Row;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The control topic of nodes that share a database: rows with increasing numbers, polled four times
 * a second by a range of the primary key, which is almost always empty.
 */
@ThreadSafe
public final class JdbcControlTopic implements ControlTopic {

  private static final long POLL_MILLIS = 250;
  private static final int PAGE = 500;

  /** How far below the newest number a transaction may still be uncommitted at the start. */
  private static final int MAX_UNCOMMITTED = 100;

  /** A transaction that inserts one row and has not committed within this time never will. */
  private static final long MAX_COMMIT_NANOS = Duration.ofSeconds(30).toNanos();

  /** How often the bounds of the log are checked; they are also checked after each failed read. */
  private static final long CHECK_NANOS = Duration.ofSeconds(10).toNanos();

  private final Transactions transactions;
  private final ControlRetention retention;
  private final Ticker ticker;
  private final WallClock clock;
  private final ControlFormat format = new ControlFormat();
  private final ControlListeners listeners = new ControlListeners();
  private final ControlLoop loop;

  // used only by the loop's thread once it runs
  private final ReceivedNumbers received = new ReceivedNumbers(MAX_COMMIT_NANOS);
  private final ReceivedIds receivedIds;

  @ConfinedTo("the thread that polls")
  private long checkedNanos;

  @ConfinedTo("the thread that polls")
  private boolean uncertain;

  /**
   * Starts the thread; receives messages that are published from now on.
   *
   * @param database stays open when the topic is closed
   * @throws ControlException when the database does not answer
   */
  public JdbcControlTopic(
      Database database,
      ControlRetention retention,
      Ticker ticker,
      WallClock clock,
      BackgroundLoops loops) {
    this.transactions = new Transactions(database);
    this.retention = retention;
    this.ticker = ticker;
    this.clock = clock;
    this.receivedIds = new ReceivedIds(2 * retention.count());
    this.checkedNanos = ticker.readNanos();
    List<Row> before = query(this::poll).rows();
    if (!before.isEmpty()) {
      received.reset(before.get(0).number() - 1);
    }
    before.forEach(row -> deliver(row, false));
    received.skipTo(received.last() - MAX_UNCOMMITTED);
    received.advance(ticker.readNanos());
    this.loop = new ControlLoop(POLL_MILLIS, this::runRound);
    loop.start(loops);
  }

  @Override
  public long publish(ControlMessage message) {
    if (loop.isClosed()) {
      throw new ControlException("the control topic is closed");
    }
    String id = UUID.randomUUID().toString();
    String text = format.write(message);
    try {
      long number =
          transactions.runAutoCommit(
              connection -> ControlTable.insert(connection, id, text, clock.nowMillis()));
      loop.wake();
      return number;
    } catch (SQLException e) {
      throw new ControlException("the database did not confirm the control message", e);
    }
  }

  @Override
  public void addListener(ControlListener listener) {
    listeners.add(listener);
  }

  /**
   * Deletes messages that need not be kept; one of the nodes does it, every few seconds.
   *
   * @throws ControlException when the database does not answer
   */
  public void prune() {
    query(
        connection -> {
          Bounds bounds = ControlTable.bounds(connection);
          if (bounds != null && bounds.first() < bounds.last()) {
            ControlTable.prune(
                connection,
                bounds,
                clock.nowMillis() - retention.age().toMillis(),
                retention.count());
          }
          return bounds != null;
        });
  }

  @Override
  public void close() {
    loop.close();
  }

  /**
   * The result of a poll.
   *
   * @param missed whether earlier messages are not kept any more
   */
  private record Poll(boolean missed, List<Row> rows) {}

  private void runRound() {
    Poll look;
    try {
      look = query(this::poll);
      uncertain = false;
    } catch (ControlException e) {
      uncertain = true;
      throw e;
    }
    look.rows().forEach(row -> deliver(row, true));
    received.advance(ticker.readNanos());
    if (look.missed()) {
      listeners.onMissed();
    }
  }

  private Poll poll(Connection connection) throws SQLException {
    boolean missed =
        (uncertain || ticker.readNanos() - checkedNanos >= CHECK_NANOS) && hasMissed(connection);
    List<Row> rows = ControlTable.after(connection, received.completedUpTo(), PAGE);
    List<Row> all = rows;
    while (rows.size() == PAGE) {
      rows = ControlTable.after(connection, rows.get(PAGE - 1).number(), PAGE);
      all = new ArrayList<>(all);
      all.addAll(rows);
    }
    return new Poll(missed, all);
  }

  /**
   * Returns whether the next messages are not kept any more, or the database has lost received
   * ones, as after the restore of a backup. In that case all messages are read again and recognised
   * by their ids.
   */
  private boolean hasMissed(Connection connection) throws SQLException {
    Bounds bounds = ControlTable.bounds(connection);
    checkedNanos = ticker.readNanos();
    long first = bounds == null ? 1 : bounds.first();
    long last = bounds == null ? 0 : bounds.last();
    boolean missed = last < received.completedUpTo() || first > received.completedUpTo() + 1;
    if (missed) {
      received.reset(first - 1);
    }
    return missed;
  }

  private void deliver(Row row, boolean notify) {
    if (received.add(row.number(), ticker.readNanos()) && receivedIds.add(row.id()) && notify) {
      ControlMessage message = format.read(row.text());
      if (message != null) {
        listeners.onMessage(message);
      }
    }
  }

  private <T> T query(Transactions.Work<T> work) {
    try {
      return transactions.runAutoCommit(work);
    } catch (SQLException e) {
      throw new ControlException("cannot read control messages from the database", e);
    }
  }
}
