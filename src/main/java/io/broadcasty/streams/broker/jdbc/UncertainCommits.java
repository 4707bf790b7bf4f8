package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.Publication;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The streams whose last commit is in doubt, and the last announced sequence of each. Used by one
 * attempt at a time; see {@link Attempt}.
 */
final class UncertainCommits {

  private static final int PAGE = 500;

  private record Stream(TenantChannel channel, int partition) {}

  private final Map<Stream, Long> lastAnnounced = new HashMap<>();
  private final Consumer<Publication> announce;

  UncertainCommits(Consumer<Publication> announce) {
    this.announce = announce;
  }

  boolean isEmpty() {
    return lastAnnounced.isEmpty();
  }

  /** Records the head of a stream before a commit that makes it grow. */
  void add(TenantChannel channel, int partition, long head) {
    lastAnnounced.putIfAbsent(new Stream(channel, partition), head);
  }

  /** Clears the records after a confirmed commit, which is announced in the usual way. */
  void clear() {
    lastAnnounced.clear();
  }

  /**
   * Announces the publications of commits that were executed. Waits for the streams' locks, so that
   * a commit in progress is decided by then; the caller commits to release them.
   */
  void announceCommitted(Connection connection, Attempt attempt) throws SQLException {
    Iterator<Map.Entry<Stream, Long>> doubts = lastAnnounced.entrySet().iterator();
    while (doubts.hasNext()) {
      Map.Entry<Stream, Long> doubt = doubts.next();
      Stream stream = doubt.getKey();
      StreamRow row = StreamsTable.lock(connection, stream.channel()).get(stream.partition());
      while (row != null && doubt.getValue() < row.head()) {
        List<Publication> page =
            EventsTable.read(
                connection, row.of(stream.channel()), doubt.getValue(), row.head(), PAGE);
        if (page.isEmpty()) {
          break; // pruned in the meantime
        }
        for (Publication publication : page) {
          attempt.step(
              () -> {
                announce.accept(publication);
                doubt.setValue(publication.position().sequence());
              });
        }
      }
      attempt.step(doubts::remove);
    }
  }
}
