package io.broadcasty.streams.broker.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseFault;
import io.broadcasty.infra.database.Dialect;
import io.broadcasty.infra.database.Transactions;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.HeadersFormat;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.RejectedDataException;
import io.broadcasty.streams.broker.Spool;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The spool in a relational database. */
@ThreadSafe
public final class JdbcSpool implements Spool {

  private static final int ATTEMPTS = 3;
  private static final String UNREACHABLE = "the database that keeps the spool cannot be used";
  private static final String IS_THERE =
      "SELECT 1 FROM broadcasty_spool WHERE tenant_id = ? AND channel = ? AND envelope_id = ?";
  private static final String ADD =
      "INSERT INTO broadcasty_spool (tenant_id, channel, envelope_id, partition_no, payload, meta,"
          + " event, correlation_id, reply_to, queued_at, format_version, headers)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String OLDEST =
      "SELECT number, tenant_id, channel, envelope_id, partition_no, payload, meta, event,"
          + " correlation_id, reply_to, format_version, headers FROM broadcasty_spool WHERE number"
          + " > ? ORDER BY number LIMIT ?";
  private static final String LAST =
      "SELECT number FROM broadcasty_spool WHERE tenant_id = ? AND channel = ? ORDER BY tenant_id"
          + " DESC, channel DESC, number DESC LIMIT 1 FOR UPDATE";
  private static final String REMOVE = "DELETE FROM broadcasty_spool WHERE number = ?";
  private static final String OLDEST_NUMBER =
      "SELECT number FROM broadcasty_spool WHERE tenant_id = ? AND channel = ? ORDER BY tenant_id,"
          + " channel, number LIMIT 1";
  private static final String CHANNELS = "SELECT DISTINCT tenant_id, channel FROM broadcasty_spool";

  /** The same, jumping from one channel to the next in the index, as other databases do anyway. */
  private static final String CHANNELS_OF_POSTGRES =
      "WITH RECURSIVE waiting AS ((SELECT tenant_id, channel FROM broadcasty_spool ORDER BY"
          + " tenant_id, channel LIMIT 1) UNION ALL SELECT following.tenant_id, following.channel"
          + " FROM waiting, LATERAL (SELECT tenant_id, channel FROM broadcasty_spool WHERE"
          + " (tenant_id, channel) > (waiting.tenant_id, waiting.channel) ORDER BY tenant_id,"
          + " channel LIMIT 1) following) SELECT tenant_id, channel FROM waiting";

  private final Transactions transactions;
  private final WallClock clock;
  private final String channelsQuery;

  /** Identifies an envelope that must not be added twice. */
  private record Key(TenantChannel channel, String id) {}

  /**
   * @param database stays open when the spool is not needed any more
   */
  public JdbcSpool(Database database, WallClock clock) {
    this.transactions = new Transactions(database);
    this.clock = clock;
    this.channelsQuery = database.dialect() == Dialect.POSTGRESQL ? CHANNELS_OF_POSTGRES : CHANNELS;
  }

  @Override
  public void add(List<Envelope> envelopes) {
    var unused = adding(connection -> insert(connection, envelopes));
  }

  @Override
  public Set<TenantChannel> addBehind(List<Envelope> envelopes) {
    return adding(
        connection -> {
          Set<TenantChannel> ahead = new HashSet<>();
          Set<TenantChannel> behind = new HashSet<>();
          try (PreparedStatement last = connection.prepareStatement(LAST)) {
            for (Envelope envelope : envelopes) {
              TenantChannel channel = envelope.channel();
              if (!ahead.contains(channel) && !behind.contains(channel)) {
                (isWaiting(last, channel) ? behind : ahead).add(channel);
              }
            }
          }
          insert(connection, envelopes.stream().filter(e -> behind.contains(e.channel())).toList());
          return ahead;
        });
  }

  /** Returns whether an envelope waits for a channel, and locks the last one. */
  private static boolean isWaiting(PreparedStatement last, TenantChannel channel)
      throws SQLException {
    last.setString(1, channel.tenant().value());
    last.setString(2, channel.name().value());
    try (ResultSet row = last.executeQuery()) {
      return row.next();
    }
  }

  private <T> T adding(Transactions.Work<T> work) {
    try {
      return transactions.writeDurably(ATTEMPTS, work); // another node may have added the same id
    } catch (SQLException e) {
      if (DatabaseFault.of(e) == DatabaseFault.REJECTED) {
        throw new RejectedDataException("the spool refuses a publication", e);
      }
      throw new BrokerException(UNREACHABLE, e);
    }
  }

  private boolean insert(Connection connection, List<Envelope> envelopes) throws SQLException {
    Set<Key> added = new HashSet<>();
    try (PreparedStatement isThere = connection.prepareStatement(IS_THERE);
        PreparedStatement add = connection.prepareStatement(ADD)) {
      for (Envelope envelope : envelopes) {
        bindKey(isThere, envelope);
        try (ResultSet row = isThere.executeQuery()) {
          if (row.next() || !added.add(new Key(envelope.channel(), envelope.id()))) {
            continue;
          }
        }
        bindKey(add, envelope);
        add.setInt(4, envelope.partition());
        Message message = envelope.message();
        add.setBytes(5, message.payload().getBytes(UTF_8));
        String meta = message.meta();
        add.setBytes(6, meta == null ? null : meta.getBytes(UTF_8));
        add.setString(7, message.event());
        add.setString(8, message.correlationId());
        add.setString(9, message.replyTo());
        add.setLong(10, clock.nowMillis());
        RowVersion.bind(add, 11, message);
        add.addBatch();
      }
      if (!added.isEmpty()) {
        add.executeBatch();
      }
      return !added.isEmpty();
    }
  }

  private static void bindKey(PreparedStatement statement, Envelope envelope) throws SQLException {
    statement.setString(1, envelope.channel().tenant().value());
    statement.setString(2, envelope.channel().name().value());
    statement.setString(3, envelope.id());
  }

  @Override
  public List<SpooledEnvelope> oldest(long after, int maxCount) {
    return reading(
        connection -> {
          List<SpooledEnvelope> oldest = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(OLDEST)) {
            select.setLong(1, after);
            select.setInt(2, maxCount);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                try {
                  oldest.add(new SpooledEnvelope(row.getLong(1), envelope(row)));
                } catch (UnknownVersionException e) {
                  if (oldest.isEmpty()) {
                    throw e;
                  }
                  break; // the next page begins with it
                }
              }
            }
          }
          return oldest;
        });
  }

  private static Envelope envelope(ResultSet row) throws SQLException {
    HeadersFormat.Parts parts = RowVersion.parts("queued publications", row, 11);
    return new Envelope(
        channel(row.getString(2), row.getString(3)),
        row.getInt(5),
        row.getString(4),
        true,
        new Message(
            text(row.getBytes(6)),
            nullable(row.getBytes(7)),
            row.getString(8),
            row.getString(9),
            row.getString(10),
            parts.headers(),
            parts.origin()));
  }

  @Override
  public void remove(List<SpooledEnvelope> published) {
    try {
      transactions.write(
          connection -> {
            try (PreparedStatement delete = connection.prepareStatement(REMOVE)) {
              for (SpooledEnvelope spooled : published) {
                delete.setLong(1, spooled.number());
                delete.addBatch();
              }
              return delete.executeBatch();
            }
          });
    } catch (SQLException e) {
      throw new BrokerException(UNREACHABLE, e);
    }
  }

  @Override
  public Map<TenantChannel, Long> oldestNumbers(Set<TenantChannel> channels) {
    return reading(
        connection -> {
          Map<TenantChannel, Long> numbers = new HashMap<>();
          try (PreparedStatement select = connection.prepareStatement(OLDEST_NUMBER)) {
            for (TenantChannel channel : channels) {
              select.setString(1, channel.tenant().value());
              select.setString(2, channel.name().value());
              try (ResultSet row = select.executeQuery()) {
                if (row.next()) {
                  numbers.put(channel, row.getLong(1));
                }
              }
            }
          }
          return numbers;
        });
  }

  @Override
  public Set<TenantChannel> channels() {
    return reading(
        connection -> {
          Set<TenantChannel> channels = new HashSet<>();
          try (PreparedStatement select = connection.prepareStatement(channelsQuery);
              ResultSet row = select.executeQuery()) {
            while (row.next()) {
              channels.add(channel(row.getString(1), row.getString(2)));
            }
          }
          return channels;
        });
  }

  private <T> T reading(Transactions.Work<T> work) {
    try {
      return transactions.runAutoCommit(work);
    } catch (SQLException e) {
      throw new BrokerException(UNREACHABLE, e);
    }
  }

  private static TenantChannel channel(String tenant, String name) {
    return new TenantChannel(new TenantId(tenant), new ChannelName(name));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  private static @Nullable String nullable(byte @Nullable [] bytes) {
    return bytes == null ? null : text(bytes);
  }
}
