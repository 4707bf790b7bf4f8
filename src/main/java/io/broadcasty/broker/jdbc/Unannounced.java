package io.broadcasty.broker.jdbc;

import io.broadcasty.broker.Publication;
import io.broadcasty.channel.TenantChannel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The streams whose last commit is in doubt, and the last sequence of each that was announced. Used
 * by the committer's thread alone.
 */
final class Unannounced {

  private static final int PAGE = 500;

  private record Stream(TenantChannel channel, int partition) {}

  private final Map<Stream, Long> lastAnnounced = new HashMap<>();
  private final Consumer<Publication> announce;

  Unannounced(Consumer<Publication> announce) {
    this.announce = announce;
  }

  boolean isEmpty() {
    return lastAnnounced.isEmpty();
  }

  /** A commit is about to be tried that makes the stream grow from this head. */
  void add(TenantChannel channel, int partition, long head) {
    lastAnnounced.putIfAbsent(new Stream(channel, partition), head);
  }

  /** That commit is known to have taken place, and is announced in the usual way. */
  void clear() {
    lastAnnounced.clear();
  }

  /**
   * Announces what did take place. Waits for the streams' locks, so that a commit still on its way
   * is decided by then.
   */
  void settle(Connection connection) throws SQLException {
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
          break; // pruned meanwhile
        }
        for (Publication publication : page) {
          announce.accept(publication);
          doubt.setValue(publication.position().sequence());
        }
      }
      doubts.remove();
    }
    connection.commit();
  }
}
