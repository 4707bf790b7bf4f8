package io.broadcasty.control.jdbc;

import io.broadcasty.background.BackgroundLoops;
import io.broadcasty.control.ControlException;
import io.broadcasty.control.ControlFormat;
import io.broadcasty.control.ControlListener;
import io.broadcasty.control.ControlListeners;
import io.broadcasty.control.ControlLoop;
import io.broadcasty.control.ControlMessage;
import io.broadcasty.control.ControlRetention;
import io.broadcasty.control.ControlTopic;
import io.broadcasty.control.HeardIds;
import io.broadcasty.control.jdbc.ControlTable.Bounds;
import io.broadcasty.control.jdbc.ControlTable.Row;
import io.broadcasty.database.Database;
import io.broadcasty.database.Transactions;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
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
public final class JdbcControlTopic implements ControlTopic {

  private static final long POLL_MILLIS = 250;
  private static final int PAGE = 500;

  /** How far below the newest number a transaction may still be uncommitted at the start. */
  private static final int STILL_MISSING = 100;

  /** A transaction that inserts one row and has not committed within this time never will. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

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
  private final HeardNumbers heard = new HeardNumbers(PATIENCE_NANOS);
  private final HeardIds heardIds;
  private long checkedNanos;
  private boolean doubtful;

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
    this.heardIds = new HeardIds(2 * retention.count());
    this.checkedNanos = ticker.readNanos();
    List<Row> before = ask(this::look).rows();
    if (!before.isEmpty()) {
      heard.reset(before.get(0).number() - 1);
    }
    before.forEach(row -> hear(row, false));
    heard.skipTo(heard.last() - STILL_MISSING);
    heard.advance(ticker.readNanos());
    this.loop = new ControlLoop(POLL_MILLIS, this::round);
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
          transactions.eachByItself(
              connection -> ControlTable.insert(connection, id, text, clock.nowMillis()));
      loop.wake();
      return number;
    } catch (SQLException e) {
      throw new ControlException("the database did not confirm the control message", e);
    }
  }

  @Override
  public void listen(ControlListener listener) {
    listeners.add(listener);
  }

  /**
   * Deletes messages that need not be kept; one of the nodes does it, every few seconds.
   *
   * @throws ControlException when the database does not answer
   */
  public void prune() {
    ask(
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
  private record Look(boolean missed, List<Row> rows) {}

  private void round() {
    Look look;
    try {
      look = ask(this::look);
      doubtful = false;
    } catch (ControlException e) {
      doubtful = true;
      throw e;
    }
    look.rows().forEach(row -> hear(row, true));
    heard.advance(ticker.readNanos());
    if (look.missed()) {
      listeners.onMissed();
    }
  }

  private Look look(Connection connection) throws SQLException {
    boolean missed =
        (doubtful || ticker.readNanos() - checkedNanos >= CHECK_NANOS) && hasMissed(connection);
    List<Row> rows = ControlTable.after(connection, heard.done(), PAGE);
    List<Row> all = rows;
    while (rows.size() == PAGE) {
      rows = ControlTable.after(connection, rows.get(PAGE - 1).number(), PAGE);
      all = new ArrayList<>(all);
      all.addAll(rows);
    }
    return new Look(missed, all);
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
    boolean missed = last < heard.done() || first > heard.done() + 1;
    if (missed) {
      heard.reset(first - 1);
    }
    return missed;
  }

  private void hear(Row row, boolean tell) {
    if (heard.add(row.number(), ticker.readNanos()) && heardIds.add(row.id()) && tell) {
      ControlMessage message = format.read(row.text());
      if (message != null) {
        listeners.onMessage(message);
      }
    }
  }

  private <T> T ask(Transactions.Work<T> work) {
    try {
      return transactions.eachByItself(work);
    } catch (SQLException e) {
      throw new ControlException("cannot read control messages from the database", e);
    }
  }
}
