package io.broadcasty.integration.load;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Records the acknowledged publications of channels with one partition each. Safe for use by
 * several threads.
 */
final class Ledger {

  private record Stream(String channel, String epoch) {}

  private final Map<Stream, TreeMap<Long, String>> acknowledged = new HashMap<>();
  private final List<String> faults = new ArrayList<>();
  private long count;

  /** Records that a node has acknowledged a publication with this position. */
  synchronized void acknowledge(
      String channel, String epoch, long sequence, String id, boolean duplicate) {
    String before =
        acknowledged
            .computeIfAbsent(new Stream(channel, epoch), s -> new TreeMap<>())
            .putIfAbsent(sequence, id);
    if (before == null) {
      count++;
    } else if (!before.equals(id)) {
      fault(channel + " " + epoch + ":" + sequence + " was given to " + before + " and to " + id);
    } else if (!duplicate) {
      fault(channel + " " + epoch + ":" + sequence + ": " + id + " was appended twice");
    }
  }

  synchronized void fault(String what) {
    faults.add(what);
  }

  synchronized List<String> faults() {
    return List.copyOf(faults);
  }

  synchronized long count() {
    return count;
  }

  /** Returns the last sequence acknowledged in an epoch; 0 when there is none. */
  synchronized long head(String channel, String epoch) {
    TreeMap<Long, String> stream = acknowledged.get(new Stream(channel, epoch));
    return stream == null ? 0 : stream.lastKey();
  }

  /** Returns the id acknowledged at this position; null when there is none. */
  synchronized @Nullable String at(String channel, String epoch, long sequence) {
    TreeMap<Long, String> stream = acknowledged.get(new Stream(channel, epoch));
    return stream == null ? null : stream.get(sequence);
  }
}
