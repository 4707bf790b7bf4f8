package io.broadcasty.broker.redis;

import static io.broadcasty.broker.redis.ChannelKeys.bytes;

import io.broadcasty.broker.Publication;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last publication that was heard of in each partition of a channel, by what tells it from any
 * other that may stand in its place.
 */
record Marks(String epoch, Map<Integer, Mark> last) {

  /** A publication; tried again it has another time. */
  record Mark(long sequence, long timeMillis, String id) {}

  /** These and a publication, or that alone where it is of another epoch. */
  static Marks with(@Nullable Marks before, Publication publication) {
    String epoch = publication.position().epoch();
    int partition = publication.position().partition();
    Mark mark =
        new Mark(
            publication.position().sequence(),
            publication.timeMillis(),
            publication.envelope().id());
    if (before == null || !before.epoch.equals(epoch)) {
      return new Marks(epoch, Map.of(partition, mark));
    }
    Map<Integer, Mark> last = new HashMap<>(before.last);
    last.put(partition, mark);
    return new Marks(epoch, last);
  }

  /** Whether it, or one after it, has been heard of. */
  boolean include(Publication publication) {
    Mark mark = last.get(publication.position().partition());
    return epoch.equals(publication.position().epoch())
        && mark != null
        && publication.position().sequence() <= mark.sequence();
  }

  /** As verify.lua wants them. */
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
