package io.broadcasty.streams.broker.redis;

import io.broadcasty.streams.broker.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The heads of a channel's partitions.
 *
 * @param epoch null when Redis does not know the channel
 * @param sequences the newest of each partition that has publications
 */
record StreamHeads(@Nullable String epoch, Map<Integer, Long> sequences) {

  /** Reads the heads from the channel's hash in Redis. */
  static StreamHeads of(Map<byte[], byte[]> hash) {
    String epoch = null;
    Map<Integer, Long> sequences = new HashMap<>();
    for (Map.Entry<byte[], byte[]> each : hash.entrySet()) {
      String field = text(each.getKey());
      String value = text(each.getValue());
      if (field.equals("e")) {
        epoch = value;
      } else if (field.startsWith("p")) {
        sequences.put(
            Integer.parseInt(field.substring(1)),
            Long.parseLong(value.substring(0, value.indexOf(' '))));
      }
    }
    return new StreamHeads(epoch, sequences);
  }

  /** Returns the newest position of each partition. */
  List<Position> positions() {
    List<Position> positions = new ArrayList<>(sequences.size());
    if (epoch != null) {
      for (Map.Entry<Integer, Long> head : sequences.entrySet()) {
        positions.add(new Position(epoch, head.getKey(), head.getValue()));
      }
    }
    return positions;
  }

  /** Returns these heads, advanced to a position. */
  StreamHeads with(Position position) {
    Map<Integer, Long> further =
        position.epoch().equals(epoch) ? new HashMap<>(sequences) : new HashMap<>();
    further.merge(position.partition(), position.sequence(), Math::max);
    return new StreamHeads(position.epoch(), further);
  }

  /** Returns whether a partition is ahead of the known heads. */
  boolean isAheadOf(StreamHeads known) {
    if (known.epoch == null) {
      return !sequences.isEmpty();
    }
    if (!known.epoch.equals(epoch)) {
      return true;
    }
    for (Map.Entry<Integer, Long> head : sequences.entrySet()) {
      if (head.getValue() > known.sequences.getOrDefault(head.getKey(), 0L)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a received publication is missing according to these heads. */
  boolean isBehind(LastSeen marks) {
    return (epoch == null || marks.epoch().equals(epoch))
        && marks.last().entrySet().stream()
            .anyMatch(
                each -> each.getValue().sequence() > sequences.getOrDefault(each.getKey(), 0L));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
