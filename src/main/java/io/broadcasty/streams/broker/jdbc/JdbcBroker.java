package io.broadcasty.streams.broker.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.ChannelDirectory;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.EphemeralEnvelopes;
import io.broadcasty.streams.broker.GroupCommit;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StoreCondition;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The broker in a relational database. Its streams survive the process: after a restart the epoch
 * is the same and sequences continue, so clients resume without a gap.
 *
 * <p>Publications are committed in groups: one thread takes all that wait, so that a single
 * publication does not wait for a timer and many share one commit. Several nodes may share the
 * database; each announces what it appended itself.
 *
 * <p>Times that must survive the process (the age of publications and of ids) are those of the
 * clock that the nodes share, {@link Database#clock}.
 */
@ThreadSafe
public final class JdbcBroker implements Broker, ChannelDirectory {

  private static final Duration IDLE_BEFORE_EVICTION = Duration.ofHours(24);
  private static final int READ_CHUNK = 500;

  private final JdbcBrokerSettings settings;
  private final Database database;
  private final Transactions transactions;
  private final Transactions upkeep;
  private final RetentionCutoff retentionCutoff;
  private final Pruner pruner;
  private final WallClock clock;
  private final PublicationListener listener;
  private final DatabaseAvailability availability;
  private final GroupCommit commits;

  /**
   * Starts the committer's thread.
   *
   * @param database stays open when the broker is closed
   * @param threads creates the committer's thread, and one that probes an unavailable database
   * @param answers completes the publishers' futures, and thus runs their dependents; {@code
   *     Runnable::run} does it on the committer's thread, which must then not be blocked
   * @throws BrokerException when the database cannot be reached
   */
  public JdbcBroker(
      JdbcBrokerSettings settings,
      Database database,
      WallClock clock,
      PublicationListener listener,
      ThreadFactory threads,
      Executor answers) {
    this.settings = settings;
    this.database = database;
    this.clock = clock;
    this.listener = listener;
    this.transactions = new Transactions(database);
    this.retentionCutoff = new RetentionCutoff(settings.retention());
    this.upkeep = Transactions.ofUpkeep(database);
    this.pruner = new Pruner(upkeep, retentionCutoff);
    try {
      transactions.runAutoCommit(
          connection -> {
            StreamsTable.ensureEpoch(connection);
            return true;
          });
    } catch (SQLException e) {
      throw new BrokerException("the database cannot be read", e);
    }
    this.availability = new DatabaseAvailability(transactions, threads);
    this.commits =
        new GroupCommit(
            new JdbcAppender(transactions, availability, clock, listener),
            settings.maxGroup(),
            settings.maxWaitingBytes(),
            settings.memory(),
            threads,
            answers);
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    return EphemeralEnvelopes.publish(envelopes, commits::publish, this::announce);
  }

  /** Announces envelopes on this node, the only one that its publications are announced on. */
  private CompletionStage<List<AppendOutcome>> announce(List<Envelope> ephemeral) {
    long now = clock.nowMillis();
    ephemeral.forEach(envelope -> listener.onEphemeral(envelope, now));
    return CompletableFuture.completedFuture(
        Collections.nCopies(ephemeral.size(), new AppendOutcome.Announced()));
  }

  @Override
  public ReplayPage replay(ReplayRequest request) {
    return reading(
        connection -> {
          while (true) {
            ReplayPage page = page(connection, request);
            if (page != null) {
              return page;
            }
          }
        });
  }

  /**
   * Reads a page; returns null when its beginning was pruned between the statements, so that it
   * must be read again.
   */
  private @Nullable ReplayPage page(Connection connection, ReplayRequest request)
      throws SQLException {
    SortedMap<Integer, StreamRow> rows = StreamsTable.read(connection, request.channel());
    StreamState state =
        state(connection, request.channel(), rows, request.partition(), clock.nowMillis());
    StreamState.Resume resume = state.resume(request.epoch(), request.after());
    List<Publication> page = new ArrayList<>();
    long after = resume.after();
    long bytes = 0;
    while (after < state.head() && page.size() < request.maxCount()) {
      int limit = Math.min(READ_CHUNK, request.maxCount() - page.size());
      List<Publication> chunk =
          EventsTable.read(
              connection,
              new StreamKey(request.channel(), request.partition(), state.epoch()),
              after,
              state.head(),
              limit);
      for (Publication publication : chunk) {
        if (publication.position().sequence() != after + 1) {
          return null;
        }
        bytes += publication.envelope().costBytes();
        if (bytes > request.maxBytes() && !page.isEmpty()) {
          return new ReplayPage(state, page, resume.lost());
        }
        page.add(publication);
        after++;
      }
      if (chunk.isEmpty()) {
        return null;
      }
    }
    return new ReplayPage(state, page, resume.lost());
  }

  @Override
  public List<StreamState> states(TenantChannel channel, int partitions) {
    return reading(
        connection -> {
          SortedMap<Integer, StreamRow> rows = StreamsTable.read(connection, channel);
          int count = rows.isEmpty() ? partitions : Math.max(partitions, rows.lastKey() + 1);
          long now = clock.nowMillis();
          List<StreamState> states = new ArrayList<>(count);
          for (int partition = 0; partition < count; partition++) {
            states.add(state(connection, channel, rows, partition, now));
          }
          return states;
        });
  }

  @Override
  public Map<TenantChannel, List<Position>> heads(Collection<TenantChannel> channels) {
    return reading(
        connection -> StreamsTable.heads(connection, channels, transactions.maxKeysPerStatement()));
  }

  private StreamState state(
      Connection connection,
      TenantChannel channel,
      SortedMap<Integer, StreamRow> rows,
      int partition,
      long nowMillis)
      throws SQLException {
    StreamRow row = rows.get(partition);
    return row == null
        ? new StreamState(StreamsTable.epoch(connection), partition, 1, 0)
        : retentionCutoff.state(connection, channel, row, rows.size(), nowMillis);
  }

  @Override
  public List<ChannelName> channels(TenantId tenant, ChannelPattern pattern, int limit) {
    return reading(
        connection -> {
          List<ChannelName> found = new ArrayList<>();
          String from = pattern.prefix();
          boolean inclusive = true;
          while (true) {
            List<String> names =
                StreamsTable.names(connection, tenant, from, inclusive, READ_CHUNK);
            for (String name : names) {
              if (found.size() == limit || !name.startsWith(pattern.prefix())) {
                return found;
              }
              ChannelName channel = new ChannelName(name);
              if (pattern.matches(channel)) {
                found.add(channel);
              }
            }
            if (names.size() < READ_CHUNK) {
              return found;
            }
            from = names.get(names.size() - 1);
            inclusive = false;
          }
        });
  }

  @Override
  public List<ChannelName> channels(
      TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {
    boolean goesOn = after != null && after.value().compareTo(prefix) >= 0;
    String from = after != null && goesOn ? after.value() : prefix;
    return reading(
        connection ->
            StreamsTable.names(connection, tenant, from, !goesOn, limit).stream()
                .takeWhile(name -> name.startsWith(prefix))
                .map(ChannelName::new)
                .toList());
  }

  @Override
  public long countChannels(TenantId tenant, long limit) {
    return reading(connection -> StreamsTable.countNames(connection, tenant, limit));
  }

  @Override
  public List<TenantChannel> channels(
      ChannelPattern pattern, @Nullable TenantChannel after, int limit) {
    return reading(
        connection -> {
          List<TenantChannel> found = new ArrayList<>();
          TenantChannel last = after;
          while (true) {
            List<TenantChannel> page = StreamsTable.after(connection, last, READ_CHUNK);
            for (TenantChannel channel : page) {
              if (found.size() == limit) {
                return found;
              }
              if (pattern.matches(channel.name())) {
                found.add(channel);
              }
              last = channel;
            }
            if (page.size() < READ_CHUNK) {
              return found;
            }
          }
        });
  }

  @Override
  public int erase(StreamKey stream, Set<Long> sequences) {
    refuseWhileDown();
    try {
      return EventsTable.erase(upkeep, stream, sequences);
    } catch (SQLException e) {
      availability.recordFailure(e);
      throw new BrokerException("messages cannot be erased from the database", e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws BrokerException when the database does not answer; the next call continues
   */
  @Override
  public void prune() {
    long now = clock.nowMillis();
    refuseWhileDown();
    try {
      pruner.run(
          now,
          now - settings.idempotencyWindow().toMillis(),
          now - IDLE_BEFORE_EVICTION.toMillis());
    } catch (SQLException e) {
      availability.recordFailure(e);
      throw new BrokerException("the database cannot be pruned", e);
    }
  }

  @Override
  public StoreCondition condition() {
    return availability.condition();
  }

  @Override
  public String durability() {
    return database.dialect().durability();
  }

  @Override
  public void close() {
    commits.close();
    availability.close();
  }

  private void refuseWhileDown() {
    if (availability.isDown()) {
      throw new BrokerException("the database cannot be reached", null);
    }
  }

  private <T> T reading(Transactions.Work<T> work) {
    refuseWhileDown();
    try {
      return transactions.runAutoCommit(work);
    } catch (SQLException e) {
      availability.recordFailure(e);
      throw new BrokerException("the database cannot be read", e);
    }
  }
}
