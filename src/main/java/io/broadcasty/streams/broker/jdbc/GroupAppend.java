package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.Submission;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Appends a group of submissions in one transaction: locks the channels, looks up the ids, assigns
 * sequences, inserts. Used once, by one thread.
 */
final class GroupAppend {

  private static final Comparator<TenantChannel> LOCK_ORDER =
      Comparator.comparing((TenantChannel c) -> c.tenant().value())
          .thenComparing(TenantChannel::name);

  private static final class Channel {
    final Set<Integer> partitions = new HashSet<>();
    final Set<String> ids = new LinkedHashSet<>();
    SortedMap<Integer, StreamRow> before = new TreeMap<>();
    SortedMap<Integer, StreamRow> after = new TreeMap<>();
    Map<String, Position> known = new HashMap<>();
  }

  private final SortedMap<TenantChannel, Channel> channels = new TreeMap<>(LOCK_ORDER);
  private final List<Publication> publications = new ArrayList<>();
  private final List<List<AppendOutcome>> outcomes = new ArrayList<>();
  private final List<Submission> group;
  private final Connection connection;
  private final long nowMillis;
  private final int maxIdsPerStatement;

  GroupAppend(List<Submission> group, Connection connection, long nowMillis, int idsAtOnce) {
    this.group = group;
    this.connection = connection;
    this.nowMillis = nowMillis;
    this.maxIdsPerStatement = idsAtOnce;
  }

  /** Runs everything but the commit. */
  void run() throws SQLException {
    collect();
    for (Map.Entry<TenantChannel, Channel> entry : channels.entrySet()) {
      entry.getValue().before = StreamsTable.lock(connection, entry.getKey());
    }
    createMissingStreams();
    for (Map.Entry<TenantChannel, Channel> entry : channels.entrySet()) {
      Channel channel = entry.getValue();
      channel.known =
          IdsTable.find(
              connection, entry.getKey(), new ArrayList<>(channel.ids), maxIdsPerStatement);
    }
    append();
    writeStreams();
  }

  /** Returns the appended publications, in order of sequence within a partition. */
  List<Publication> publications() {
    return publications;
  }

  /** Returns the outcomes after the commit, in the order of the submissions. */
  List<List<AppendOutcome>> outcomes() {
    return outcomes;
  }

  /** Passes the streams that have grown, with their previous heads. */
  void forEachGrown(GrownStream consumer) {
    channels.forEach(
        (name, channel) ->
            channel.after.forEach(
                (partition, after) -> {
                  StreamRow before = channel.before.get(partition);
                  long head = before == null ? 0 : before.head();
                  if (after.head() > head) {
                    consumer.accept(name, partition, head);
                  }
                }));
  }

  /** Receives the previous head of a stream. */
  interface GrownStream {
    void accept(TenantChannel channel, int partition, long headBefore);
  }

  private void collect() {
    for (Submission submission : group) {
      for (Envelope envelope : submission.envelopes()) {
        Channel channel = channels.computeIfAbsent(envelope.channel(), c -> new Channel());
        channel.partitions.add(envelope.partition());
        if (envelope.idempotent()) {
          channel.ids.add(envelope.id());
        }
      }
    }
  }

  /**
   * Creates missing streams with the store's epoch. The store's row is locked, so that no other
   * node creates the same ones; those it has just created are read again.
   */
  private void createMissingStreams() throws SQLException {
    boolean missing =
        channels.values().stream().anyMatch(c -> !c.before.keySet().containsAll(c.partitions));
    String epoch = missing ? StreamsTable.lockEpoch(connection) : "";
    for (Map.Entry<TenantChannel, Channel> entry : channels.entrySet()) {
      Channel channel = entry.getValue();
      if (!channel.before.keySet().containsAll(channel.partitions)) {
        channel.before = StreamsTable.lock(connection, entry.getKey());
      }
      channel.after = new TreeMap<>(channel.before);
      for (int partition : channel.partitions) {
        channel.after.putIfAbsent(partition, StreamRow.notCreated(partition, epoch));
      }
    }
  }

  private void append() throws SQLException {
    try (PreparedStatement events = EventsTable.prepareInsert(connection);
        PreparedStatement ids = IdsTable.prepareInsert(connection)) {
      boolean anyIds = false;
      for (Submission submission : group) {
        List<AppendOutcome> ofSubmission = new ArrayList<>(submission.envelopes().size());
        for (Envelope envelope : submission.envelopes()) {
          Channel channel = Objects.requireNonNull(channels.get(envelope.channel()));
          Position first = envelope.idempotent() ? channel.known.get(envelope.id()) : null;
          if (first != null) {
            ofSubmission.add(new AppendOutcome.Appended(first, true));
            continue;
          }
          Publication publication = append(envelope, channel, events);
          if (envelope.idempotent()) {
            channel.known.put(envelope.id(), publication.position());
            IdsTable.addInsert(ids, publication);
            anyIds = true;
          }
          ofSubmission.add(new AppendOutcome.Appended(publication.position(), false));
        }
        outcomes.add(ofSubmission);
      }
      if (!publications.isEmpty()) {
        events.executeBatch();
      }
      if (anyIds) {
        ids.executeBatch();
      }
    }
  }

  private Publication append(Envelope envelope, Channel channel, PreparedStatement events)
      throws SQLException {
    StreamRow before = Objects.requireNonNull(channel.after.get(envelope.partition()));
    StreamRow after = before.appended(envelope.costBytes(), nowMillis);
    channel.after.put(envelope.partition(), after);
    Publication publication =
        new Publication(
            envelope,
            new Position(after.epoch(), envelope.partition(), after.head()),
            after.lastAtMillis());
    EventsTable.addInsert(events, publication, before.totalBytes());
    publications.add(publication);
    return publication;
  }

  private void writeStreams() throws SQLException {
    try (PreparedStatement insert = StreamsTable.prepareInsert(connection);
        PreparedStatement update = StreamsTable.prepareUpdate(connection)) {
      boolean anyNew = false;
      boolean anyGrown = false;
      for (Map.Entry<TenantChannel, Channel> entry : channels.entrySet()) {
        Channel channel = entry.getValue();
        for (StreamRow after : channel.after.values()) {
          StreamRow before = channel.before.get(after.partition());
          if (before == null && after.head() > 0) {
            StreamsTable.addInsert(insert, entry.getKey(), after);
            anyNew = true;
          } else if (before != null && after.head() > before.head()) {
            StreamsTable.addUpdate(update, entry.getKey(), after);
            anyGrown = true;
          }
        }
      }
      if (anyNew) {
        insert.executeBatch();
      }
      if (anyGrown) {
        update.executeBatch();
      }
    }
  }
}
