package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import io.broadcasty.streams.broker.Publication;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last received publication in each partition of a channel, with the properties that
 * distinguish it from any other at the same position.
 */
record LastSeen(String epoch, Map<Integer, SeenPublication> last) {

  /** A received publication; when it is published again, its time differs. */
  record SeenPublication(long sequence, long timeMillis, String id) {}

  /** Adds a publication; starts again with it if its epoch differs. */
  static LastSeen with(@Nullable LastSeen before, Publication publication) {
    String epoch = publication.position().epoch();
    int partition = publication.position().partition();
    SeenPublication mark =
        new SeenPublication(
            publication.position().sequence(),
            publication.timeMillis(),
            publication.envelope().id());
    if (before == null || !before.epoch.equals(epoch)) {
      return new LastSeen(epoch, Map.of(partition, mark));
    }
    Map<Integer, SeenPublication> last = new HashMap<>(before.last);
    last.put(partition, mark);
    return new LastSeen(epoch, last);
  }

  /** Returns whether a publication, or one after it, has been received. */
  boolean include(Publication publication) {
    SeenPublication mark = last.get(publication.position().partition());
    return epoch.equals(publication.position().epoch())
        && mark != null
        && publication.position().sequence() <= mark.sequence();
  }

  /** Adds the arguments of verify.lua. */
  void addTo(List<byte[]> arguments) {
    arguments.add(bytes(epoch));
    last.forEach(
        (partition, mark) -> {
          arguments.add(bytes(partition));
          arguments.add(bytes(mark.sequence()));
          arguments.add(bytes(mark.timeMillis()));
          arguments.add(bytes(mark.id()));
        });
  }
}
