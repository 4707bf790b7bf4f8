package io.broadcasty.streams.broker.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseFault;
import io.broadcasty.infra.database.Transactions;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.RejectedDataException;
import io.broadcasty.streams.broker.StreamKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The archive in a relational database: publications are in the same table as those of the database
 * broker, and a row for each range describes what is kept. Copying a stream locks its rows, so that
 * nodes copy the same stream one after the other.
 */
@ThreadSafe
public final class JdbcArchive implements Archive {

  /**
   * How long the end of a stream is remembered beyond the retention; the stream's store knows it
   * for as long.
   */
  private static final Duration REMEMBERED = Duration.ofHours(24);

  private static final int CHUNK = 1000;
  private static final int ATTEMPTS = 3;

  private final Transactions transactions;
  private final Transactions upkeep;
  private final WallClock clock;
  private final Duration retention;

  /**
   * @param database stays open when the archive is not needed any more
   * @param retention how long a publication is kept; at least as long as the streams' own
   */
  public JdbcArchive(Database database, WallClock clock, Duration retention) {
    this.transactions = new Transactions(database);
    this.upkeep = Transactions.ofUpkeep(database);
    this.clock = clock;
    this.retention = retention;
  }

  @Override
  public Map<Integer, List<SequenceRange>> ranges(TenantChannel channel, String epoch) {
    return calling(
        () -> {
          Map<Integer, List<SequenceRange>> ranges = new TreeMap<>();
          transactions
              .runAutoCommit(connection -> MirrorTable.read(connection, channel, epoch))
              .forEach(
                  (partition, rows) ->
                      ranges.put(
                          partition,
                          rows.stream()
                              .map(row -> new SequenceRange(row.first(), row.head()))
                              .toList()));
          return ranges;
        });
  }

  @Override
  public Map<StreamKey, Long> heads(Collection<TenantChannel> channels) {
    return calling(
        () ->
            transactions.runAutoCommit(
                connection ->
                    MirrorTable.heads(connection, channels, transactions.maxKeysPerStatement())));
  }

  @Override
  public long append(StreamKey stream, List<Publication> run) {
    return calling(
        () -> transactions.writeDurably(ATTEMPTS, connection -> append(connection, stream, run)));
  }

  private static long append(Connection connection, StreamKey stream, List<Publication> run)
      throws SQLException {
    List<MirrorTable.Row> rows = MirrorTable.lock(connection, stream);
    MirrorTable.Row newest = rows.isEmpty() ? null : rows.get(rows.size() - 1);
    long head = newest == null ? 0 : newest.head();
    List<Publication> added =
        run.stream().filter(publication -> publication.position().sequence() > head).toList();
    if (added.isEmpty()) {
      return head;
    }
    Publication first = added.get(0);
    Publication last = added.get(added.size() - 1);
    if (newest != null && first.position().sequence() == head + 1) {
      MirrorTable.grow(
          connection,
          stream,
          newest,
          last.position().sequence(),
          first.timeMillis(),
          last.timeMillis());
    } else {
      MirrorTable.insert(
          connection,
          stream,
          first.position().sequence(),
          last.position().sequence(),
          first.timeMillis(),
          last.timeMillis());
      if (newest != null && newest.isEmpty()) {
        MirrorTable.delete(connection, stream, newest);
      }
    }
    try (PreparedStatement insert = EventsTable.prepareInsert(connection)) {
      for (Publication publication : added) {
        EventsTable.addInsert(insert, publication, 0); // only the database broker needs the weights
      }
      insert.executeBatch();
    }
    return last.position().sequence();
  }

  @Override
  public List<Publication> read(StreamKey stream, long after, long upTo, int maxCount) {
    return calling(
        () ->
            transactions.runAutoCommit(
                connection -> EventsTable.read(connection, stream, after, upTo, maxCount)));
  }

  @Override
  public List<StreamKey> streams(TenantId tenant, @Nullable StreamKey after, int limit) {
    return calling(
        () ->
            transactions.runAutoCommit(
                connection -> MirrorTable.streams(connection, tenant, after, limit)));
  }

  @Override
  public int erase(StreamKey stream, Set<Long> sequences) {
    return calling(() -> EventsTable.erase(upkeep, stream, sequences));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Uses transactions of bounded size, so that no lock is held for long.
   */
  @Override
  public void prune() {
    long before = clock.nowMillis() - retention.toMillis();
    calling(
        () -> {
          List<StreamKey> old;
          do {
            old = upkeep.runAutoCommit(c -> MirrorTable.withPublicationsBefore(c, before, CHUNK));
            for (StreamKey stream : old) {
              upkeep.write(connection -> pruneSome(connection, stream, before));
            }
          } while (!old.isEmpty());
          return upkeep.write(
              connection -> {
                MirrorTable.deleteEmpty(connection, before - REMEMBERED.toMillis());
                return true;
              });
        });
  }

  private static boolean pruneSome(Connection connection, StreamKey stream, long beforeMillis)
      throws SQLException {
    List<MirrorTable.Row> rows = MirrorTable.lock(connection, stream);
    int left = CHUNK;
    for (MirrorTable.Row row : rows) {
      @SuppressWarnings("ReferenceEquality") // whether this is the last round
      boolean isNewest = row == rows.get(rows.size() - 1);
      EventsTable.Remainder found =
          EventsTable.remainderFrom(
              connection, stream, row.first(), row.head(), beforeMillis, left);
      EventsTable.delete(connection, stream, row.first(), found.first());
      left -= (int) (found.first() - row.first());
      if (found.first() > row.head() && !isNewest) {
        MirrorTable.delete(connection, stream, row);
      } else {
        MirrorTable.shrink(connection, stream, row, found.first(), found.atMillis());
        break; // the following ones are younger
      }
      if (left <= 0) {
        break;
      }
    }
    return true;
  }

  private interface Call<T> {
    T run() throws SQLException;
  }

  private <T> T calling(Call<T> call) {
    try {
      return call.run();
    } catch (SQLException e) {
      if (DatabaseFault.of(e) == DatabaseFault.REJECTED) {
        throw new RejectedDataException("the archive refuses a publication", e);
      }
      throw new BrokerException( // without the driver's message, which may quote payloads
          "the database of the archive failed: SQL state "
              + e.getSQLState()
              + ", vendor code "
              + e.getErrorCode(),
          e);
    }
  }
}
