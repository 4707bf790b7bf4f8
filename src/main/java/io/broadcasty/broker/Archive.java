package io.broadcasty.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.channel.TenantChannel;
import java.util.List;
import java.util.Map;

/**
 * A long-term copy of streams that another store gives out and keeps for a shorter time. It holds
 * each life of a stream as stretches without a gap, of which there is one unless something could
 * not be copied in time.
 *
 * <p>Every method may block, and throws a {@link BrokerException} when the archive cannot be
 * reached; trying again later is right. Several nodes may copy the same stream.
 */
@ThreadSafe
public interface Archive {

  /**
   * A stretch without a gap.
   *
   * @param first the oldest sequence kept; {@code head + 1} when all of it has been pruned, which
   *     only the newest stretch outlives
   */
  record Stretch(long first, long head) {

    /** Whether the publication is kept. */
    public boolean holds(long sequence) {
      return first <= sequence && sequence <= head;
    }
  }

  /**
   * What is kept of a channel in one epoch: the stretches of each partition that has any, oldest
   * first.
   */
  Map<Integer, List<Stretch>> stretches(TenantChannel channel, String epoch);

  /**
   * Copies publications of one stream, all or none, as safely as the archive can. What comes no
   * later than the newest that is kept is left out, so that two nodes may copy the same; what does
   * not follow it begins a new stretch.
   *
   * @param run contiguous, oldest first, not empty
   * @return the newest sequence that is kept now
   */
  long append(StreamKey stream, List<Publication> run);

  /**
   * Publications after a sequence, oldest first, without regard to gaps.
   *
   * @param upTo the last one wanted
   * @param maxCount at most so many
   */
  List<Publication> read(StreamKey stream, long after, long upTo, int maxCount);

  /** Drops what is older than the archive's retention. Called from time to time. */
  void prune();
}
