package io.broadcasty.outbox;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.BackgroundLoop;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.publish.PublishService;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The thread of this node that publishes the rows of one source. It runs on every node; the table
 * lets one node read at a time. A source that cannot be read is tried again at growing intervals,
 * and logged once.
 */
@ThreadSafe
public final class OutboxReader implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(OutboxReader.class.getName());

  /** The most rows of one transaction. */
  public static final int MAX_ROWS = 1000;

  private static final int MIN_ROWS = 10;

  /** The bytes of payloads that a batch has about, once it is known how long payloads are. */
  private static final long BATCH_BYTES = 8L * 1024 * 1024;

  /** The interval of looks at a table whose database tells of new rows; others may be missed. */
  private static final long TOLD_MILLIS = 1000;

  private static final long FIRST_WAIT_MILLIS = 10;
  private static final long FIRST_RETRY_MILLIS = 250;

  /** The longest time until a table is tried again that cannot be used. */
  public static final long MAX_RETRY_MILLIS = 10_000;

  private static final long JOIN_MILLIS = OutboxPublisher.TIMEOUT.toMillis() + 2000;
  private static final long REPEAT_NANOS = 600_000_000_000L;

  private final OutboxSource source;

  @SuppressWarnings("ThreadSafe") // any thread may call it
  private final OutboxTable table;

  private final OutboxPublisher publisher;
  private final BooleanSupplier paused;
  private final OutboxStatus status;
  private final Ticker ticker;
  private final WallClock clock;

  @SuppressWarnings("ThreadSafe") // any thread may close it
  private final BackgroundLoop loop;

  private volatile boolean stopping;

  @SuppressWarnings("ThreadSafe") // only the thread of the loop uses it
  private final Pace pace = new Pace();

  /** When to look at the table again. */
  private static final class Pace {
    long waitMillis = FIRST_WAIT_MILLIS;
    long retryMillis = FIRST_RETRY_MILLIS;
    int maxRows = MAX_ROWS;
    @Nullable String logged;
    long loggedNanos;
  }

  /**
   * Starts the thread.
   *
   * @param paused returns whether this node takes no part now
   */
  public OutboxReader(
      OutboxSource source,
      OutboxTable table,
      PublishService publish,
      TenantSettingsLookup tenants,
      BooleanSupplier paused,
      OutboxStatus status,
      Ticker ticker,
      WallClock clock,
      BackgroundLoops loops) {
    this.source = source;
    this.table = table;
    this.publisher = new OutboxPublisher(source, publish, tenants, clock);
    this.paused = paused;
    this.status = status;
    this.ticker = ticker;
    this.clock = clock;
    this.loop = loops.create("outbox", this::runRound);
    loop.start();
  }

  /** Returns what the reader has done and found. */
  public OutboxStatus status() {
    return status;
  }

  /** Returns the source. */
  public OutboxSource source() {
    return source;
  }

  /** Returns the table, for administrators. */
  public OutboxTable table() {
    return table;
  }

  private boolean runRound() throws InterruptedException {
    if (stopping) {
      return false;
    }
    try {
      if (paused.getAsBoolean()) {
        table.await(TOLD_MILLIS);
        return !stopping;
      }
      Batch batch = new Batch();
      int read = table.read(pace.maxRows, publisher.maxPayloadBytes(), batch::publish);
      batch.count(read);
      if (batch.postponed != null) {
        waitAfter(batch.postponed);
      } else {
        recordSuccess();
        waitForMore(read);
      }
    } catch (OutboxException e) {
      status.recordError(String.valueOf(e.getMessage()));
      waitAfter(String.valueOf(e.getMessage()));
    }
    return !stopping;
  }

  private void waitForMore(int read) throws InterruptedException {
    if (read == pace.maxRows) {
      return; // there may be more
    }
    long longest = table.isTold() ? TOLD_MILLIS : source.poll().toMillis();
    pace.waitMillis = read > 0 ? FIRST_WAIT_MILLIS : Math.min(pace.waitMillis * 2, longest);
    table.await(table.isTold() ? longest : Math.min(pace.waitMillis, longest));
  }

  private void waitAfter(String reason) throws InterruptedException {
    long now = ticker.readNanos();
    if (!reason.equals(pace.logged) || now - pace.loggedNanos >= REPEAT_NANOS) {
      pace.logged = reason;
      pace.loggedNanos = now;
      LOG.log(
          Level.WARNING,
          "Rows of the outbox {0} wait, and are tried again: {1}",
          source.id(),
          reason);
    }
    var unused = loop.pause(pace.retryMillis);
    pace.retryMillis = Math.min(pace.retryMillis * 2, MAX_RETRY_MILLIS);
  }

  private void recordSuccess() {
    pace.retryMillis = FIRST_RETRY_MILLIS;
    if (pace.logged != null) {
      pace.logged = null;
      LOG.log(Level.INFO, "Rows of the outbox {0} are published again", source.id());
    }
    status.recordError(null);
  }

  /** One transaction's worth of rows. */
  private final class Batch {

    private long published;
    private long refused;
    private @Nullable String postponed;
    private long oldestMicros = Long.MAX_VALUE;

    List<RowVerdict> publish(List<OutboxRow> rows) {
      limitNext(rows);
      List<RowVerdict> verdicts = publisher.publish(rows);
      for (int i = 0; i < rows.size(); i++) {
        oldestMicros = Math.min(oldestMicros, rows.get(i).createdMicros());
        RowVerdict verdict = verdicts.get(i);
        if (verdict instanceof RowVerdict.Published) {
          published++;
        } else if (verdict instanceof RowVerdict.Refused why) {
          refused++;
          if (refused == 1) {
            logRefused(rows.get(i), why);
          }
        } else if (verdict instanceof RowVerdict.Postponed later) {
          postponed = later.reason();
        }
      }
      return verdicts;
    }

    /** Logs the first of a batch; the others are in the table. */
    private void logRefused(OutboxRow row, RowVerdict.Refused why) {
      LOG.log(
          Level.WARNING,
          "Row {0} of the outbox {1} is set aside, and perhaps others: {2}, {3}",
          String.valueOf(row.id()),
          source.id(),
          why.code(),
          why.reason());
    }

    private void limitNext(List<OutboxRow> rows) {
      long bytes = 1;
      for (OutboxRow row : rows) {
        bytes += row.payloadBytes();
      }
      long fitting = rows.size() * BATCH_BYTES / bytes;
      pace.maxRows = (int) Math.max(MIN_ROWS, Math.min(MAX_ROWS, fitting));
    }

    /** Counts what has been committed. */
    void count(int read) {
      long lagMicros = read == 0 ? 0 : Math.max(0, clock.nowMillis() * 1000 - oldestMicros);
      status.recordRound(published, refused, lagMicros);
    }
  }

  /** Reads no more, waits for the batch in flight, and closes the table. */
  @Override
  public void close() {
    stopping = true;
    loop.close();
    table.close();
    if (!loop.join(JOIN_MILLIS)) {
      LOG.log(Level.DEBUG, "The thread of the outbox {0} did not end in time", source.id());
    }
  }
}
