package io.broadcasty.streams.broker.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.infra.database.Transactions;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.HeadersFormat;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.StreamKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The SQL statements on the publications. */
final class EventsTable {

  private static final String WHERE_STREAM =
      " WHERE tenant_id = ? AND channel = ? AND partition_no = ? AND epoch = ?";
  private static final String OF_STREAM = " FROM broadcasty_events" + WHERE_STREAM;

  private static final int CHUNK = 200;
  private static final int ATTEMPTS = 3;

  private EventsTable() {}

  /**
   * The properties of a publication that retention depends on.
   *
   * @param bytesBefore the size of all publications of the stream before it
   */
  record Weight(long atMillis, long bytesBefore) {}

  /**
   * The remainder of a range.
   *
   * @param first the oldest sequence; one more than the last when nothing is left
   * @param atMillis when that was published; null when nothing is left
   */
  record Remainder(long first, @Nullable Long atMillis) {}

  static PreparedStatement prepareInsert(Connection connection) throws SQLException {
    return connection.prepareStatement(
        "INSERT INTO broadcasty_events (tenant_id, channel, partition_no, epoch, seq, envelope_id,"
            + " idempotent, payload, meta, event, correlation_id, reply_to, cost_bytes,"
            + " bytes_before, published_at, format_version, headers)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  }

  static void addInsert(PreparedStatement insert, Publication publication, long bytesBefore)
      throws SQLException {
    Envelope envelope = publication.envelope();
    bindStream(
        insert,
        new StreamKey(envelope.channel(), envelope.partition(), publication.position().epoch()));
    insert.setLong(5, publication.position().sequence());
    insert.setString(6, envelope.id());
    insert.setInt(7, envelope.idempotent() ? 1 : 0);
    Message message = envelope.message();
    insert.setBytes(8, message.payload().getBytes(UTF_8));
    String meta = message.meta();
    insert.setBytes(9, meta == null ? null : meta.getBytes(UTF_8));
    insert.setString(10, message.event());
    insert.setString(11, message.correlationId());
    insert.setString(12, message.replyTo());
    insert.setInt(13, envelope.costBytes());
    insert.setLong(14, bytesBefore);
    insert.setLong(15, publication.timeMillis());
    RowVersion.bind(insert, 16, message);
    insert.addBatch();
  }

  /**
   * Reads publications between two sequences, oldest first, up to a maximum number. A page ends
   * before one that cannot be decoded.
   *
   * @throws BrokerException when the first of them cannot be decoded
   */
  static List<Publication> read(
      Connection connection, StreamKey stream, long after, long upTo, int limit)
      throws SQLException {
    List<Publication> page = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT seq, envelope_id, idempotent, payload, meta, event, correlation_id,"
                + " reply_to, published_at, format_version, headers"
                + OF_STREAM
                + " AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?")) {
      bindStream(select, stream);
      select.setLong(5, after);
      select.setLong(6, upTo);
      select.setInt(7, limit);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          try {
            page.add(publication(result, stream));
          } catch (UnknownVersionException e) {
            if (page.isEmpty()) {
              throw BrokerException.undecodable(e.getMessage(), e);
            }
            break; // the next page begins with it
          }
        }
      }
    }
    return page;
  }

  private static Publication publication(ResultSet result, StreamKey stream) throws SQLException {
    HeadersFormat.Parts parts = RowVersion.parts("events", result, 10);
    byte[] meta = result.getBytes(5);
    Envelope envelope =
        new Envelope(
            stream.channel(),
            stream.partition(),
            result.getString(2),
            result.getInt(3) != 0,
            new Message(
                new String(result.getBytes(4), UTF_8),
                meta == null ? null : new String(meta, UTF_8),
                result.getString(6),
                result.getString(7),
                result.getString(8),
                parts.headers(),
                parts.origin()));
    return new Publication(
        envelope,
        new Position(stream.epoch(), stream.partition(), result.getLong(1)),
        result.getLong(9));
  }

  /** Reads a publication's time and size; null when the publication is gone. */
  static @Nullable Weight weight(Connection connection, StreamKey stream, long sequence)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT published_at, bytes_before" + OF_STREAM + " AND seq = ?")) {
      bindStream(select, stream);
      select.setLong(5, sequence);
      try (ResultSet result = select.executeQuery()) {
        return result.next() ? new Weight(result.getLong(1), result.getLong(2)) : null;
      }
    }
  }

  /**
   * Returns the remainder of a range without its first publications from before a time.
   *
   * @param limit the maximum number of publications left out
   */
  static Remainder remainderFrom(
      Connection connection, StreamKey stream, long first, long last, long millis, int limit)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT seq, published_at"
                + OF_STREAM
                + " AND seq >= ? AND seq <= ? ORDER BY seq LIMIT ?")) {
      bindStream(select, stream);
      select.setLong(5, first);
      select.setLong(6, last);
      select.setInt(7, limit + 1);
      try (ResultSet result = select.executeQuery()) {
        for (int seen = 0; result.next(); seen++) {
          if (seen == limit || result.getLong(2) >= millis) {
            return new Remainder(result.getLong(1), result.getLong(2));
          }
        }
      }
    }
    return new Remainder(last + 1, null);
  }

  /** Deletes the publications from one sequence up to another, exclusive. */
  static void delete(Connection connection, StreamKey stream, long from, long before)
      throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE" + OF_STREAM + " AND seq >= ? AND seq < ?")) {
      bindStream(delete, stream);
      delete.setLong(5, from);
      delete.setLong(6, before);
      delete.executeUpdate();
    }
  }

  /**
   * Erases the messages of publications in transactions of bounded size, so that no lock is held
   * for long.
   *
   * @return how many of them there are
   */
  static int erase(Transactions upkeep, StreamKey stream, Set<Long> sequences) throws SQLException {
    List<Long> ordered = sequences.stream().sorted().toList();
    int erased = 0;
    for (int from = 0; from < ordered.size(); from += CHUNK) {
      List<Long> chunk = ordered.subList(from, Math.min(ordered.size(), from + CHUNK));
      erased += upkeep.write(ATTEMPTS, connection -> erase(connection, stream, chunk));
    }
    return erased;
  }

  /**
   * Erases the messages of publications.
   *
   * @return how many of them there are
   */
  private static int erase(Connection connection, StreamKey stream, Collection<Long> sequences)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE broadcasty_events SET payload = ?, meta = NULL, event = NULL,"
                + " correlation_id = NULL, reply_to = NULL, format_version = ?, headers = ?"
                + WHERE_STREAM
                + " AND seq = ?")) {
      int erased = 0;
      for (long sequence : sequences) {
        update.setBytes(1, Message.ERASED.payload().getBytes(UTF_8));
        RowVersion.bind(update, 2, Message.ERASED);
        bindStream(update, 4, stream);
        update.setLong(8, sequence);
        erased += update.executeUpdate();
      }
      return erased;
    }
  }

  private static void bindStream(PreparedStatement statement, StreamKey stream)
      throws SQLException {
    bindStream(statement, 1, stream);
  }

  private static void bindStream(PreparedStatement statement, int from, StreamKey stream)
      throws SQLException {
    statement.setString(from, stream.channel().tenant().value());
    statement.setString(from + 1, stream.channel().name().value());
    statement.setInt(from + 2, stream.partition());
    statement.setString(from + 3, stream.epoch());
  }
}
