package io.broadcasty.streams.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A long-term copy of streams that another store assigns positions to and keeps for a shorter time.
 * It holds each epoch of a stream as contiguous ranges: a single one, unless some publications
 * could not be copied in time.
 *
 * <p>Every method may block, and throws a {@link BrokerException} when the archive cannot be
 * reached; trying again later is right. Several nodes may copy the same stream.
 */
@ThreadSafe
public interface Archive {

  /**
   * A contiguous range of sequences.
   *
   * @param first the oldest sequence kept; {@code head + 1} when the whole range has been pruned,
   *     after which only the newest range remains
   * @param head the newest sequence of the range
   */
  record SequenceRange(long first, long head) {

    /** Returns whether the publication with this sequence is kept. */
    public boolean contains(long sequence) {
      return first <= sequence && sequence <= head;
    }
  }

  /**
   * Returns the ranges kept of a channel in one epoch, for each partition that has any, oldest
   * first.
   */
  Map<Integer, List<SequenceRange>> ranges(TenantChannel channel, String epoch);

  /**
   * Returns the newest sequence of each archived stream of many channels, of every epoch and
   * partition, read together.
   */
  Map<StreamKey, Long> heads(Collection<TenantChannel> channels);

  /**
   * Copies publications of one stream, all or none, as durably as the archive can. Publications up
   * to the newest kept one are skipped, so that two nodes may copy the same ones; a run that does
   * not follow it begins a new range.
   *
   * @param run contiguous, oldest first, not empty
   * @return the newest sequence that is kept now
   * @throws RejectedDataException when the archive refuses the data of one of them
   */
  long append(StreamKey stream, List<Publication> run);

  /**
   * Reads publications after a sequence, oldest first, regardless of gaps.
   *
   * @param upTo the last sequence to read
   * @param maxCount the maximum number of publications
   */
  List<Publication> read(StreamKey stream, long after, long upTo, int maxCount);

  /**
   * Returns a tenant's archived streams, of every epoch and partition, in order of channel,
   * partition and epoch.
   *
   * @param after the one before the first to return; null to begin with the first
   * @param limit the maximum number; fewer are returned only when there are no more
   */
  List<StreamKey> streams(TenantId tenant, @Nullable StreamKey after, int limit);

  /**
   * Erases the messages of publications, as {@link Broker#erase} does.
   *
   * @param sequences those that are not kept are skipped
   * @return how many of them are kept, and have been erased now or before
   */
  int erase(StreamKey stream, Set<Long> sequences);

  /** Deletes publications older than the archive's retention. Called from time to time. */
  void prune();
}
