package io.broadcasty.streams.mirror;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.Archive.SequenceRange;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Replays from a stream and, for the part that the stream no longer keeps, from the archive, within
 * one epoch. The reader is told that a position is lost when neither has it.
 */
final class ArchiveReplay {

  private static final int CHUNK = 100;
  private static final int ATTEMPTS = 3;

  private final Archive archive;

  ArchiveReplay(Archive archive) {
    this.archive = archive;
  }

  /**
   * Returns what both keep together. While the archive cannot be reached it counts as complete:
   * subscribers are accepted, and their replays wait.
   */
  List<StreamState> states(TenantChannel channel, List<StreamState> recent) {
    if (recent.stream().allMatch(state -> state.first() == 1)) {
      return recent;
    }
    Map<Integer, List<SequenceRange>> kept;
    try {
      kept = archive.ranges(channel, recent.get(0).epoch());
    } catch (BrokerException e) {
      return recent.stream().map(state -> from(state, 1)).toList();
    }
    return recent.stream()
        .map(state -> from(state, oldest(state, nonEmptyRanges(kept, state.partition()))))
        .toList();
  }

  /**
   * Returns the requested page.
   *
   * @param recent the stream's own answer to the same request
   * @throws BrokerException when the archive is needed and cannot be reached
   */
  ReplayPage replay(ReplayRequest request, ReplayPage recent) {
    if (recent.state().first() == 1 || !reachesFurtherBack(request, recent.lost())) {
      return recent;
    }
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      ReplayPage page = page(request, recent);
      if (page != null) {
        return page;
      }
    }
    throw new BrokerException("the archive was pruned while it was read", null);
  }

  private static boolean reachesFurtherBack(ReplayRequest request, @Nullable LostPosition lost) {
    return request.after() == StreamState.FROM_OLDEST
        || (lost != null && lost.reason() != LostPosition.Reason.AHEAD);
  }

  /** Returns the page; null when its beginning was pruned between the reads. */
  private @Nullable ReplayPage page(ReplayRequest request, ReplayPage recent) {
    StreamState state = recent.state();
    StreamKey stream = new StreamKey(request.channel(), request.partition(), state.epoch());
    List<SequenceRange> kept =
        nonEmptyRanges(archive.ranges(stream.channel(), stream.epoch()), stream.partition());
    StreamState whole = from(state, oldest(state, kept));
    StreamState.Resume resume = whole.resume(request.epoch(), request.after());
    LostPosition lost = resume.lost();
    long next = resume.after() + 1;
    SequenceRange range = rangeOf(next, kept);
    if (range == null && next < state.first()) { // within a gap
      Position requested = new Position(state.epoch(), state.partition(), resume.after());
      next = firstAfter(next, kept, state);
      range = rangeOf(next, kept);
      lost =
          new LostPosition(
              LostPosition.Reason.TRIMMED,
              requested,
              new Position(state.epoch(), state.partition(), next - 1));
    }
    if (range == null || next >= state.first()) {
      return new ReplayPage(whole, recent.publications(), lost);
    }
    List<Publication> publications =
        read(stream, next, Math.min(range.head(), state.head()), request);
    return publications.isEmpty() && request.maxCount() > 0
        ? null
        : new ReplayPage(whole, publications, lost);
  }

  /** Reads as much of a range as is requested; empty when its beginning was pruned. */
  private List<Publication> read(StreamKey stream, long first, long last, ReplayRequest request) {
    List<Publication> page = new ArrayList<>();
    long next = first;
    long bytes = 0;
    while (next <= last && page.size() < request.maxCount()) {
      int limit = Math.min(CHUNK, request.maxCount() - page.size());
      List<Publication> chunk = archive.read(stream, next - 1, last, limit);
      for (Publication publication : chunk) {
        bytes += publication.envelope().costBytes();
        boolean full = bytes > request.maxBytes() && !page.isEmpty();
        if (full || publication.position().sequence() != next) {
          return page;
        }
        page.add(publication);
        next++;
      }
      if (chunk.isEmpty()) {
        return page;
      }
    }
    return page;
  }

  private static StreamState from(StreamState state, long first) {
    return new StreamState(state.epoch(), state.partition(), first, state.head());
  }

  private static List<SequenceRange> nonEmptyRanges(
      Map<Integer, List<SequenceRange>> kept, int partition) {
    return kept.getOrDefault(partition, List.of()).stream()
        .filter(range -> range.first() <= range.head())
        .toList();
  }

  private static long oldest(StreamState state, List<SequenceRange> kept) {
    return kept.isEmpty() ? state.first() : Math.min(state.first(), kept.get(0).first());
  }

  private static @Nullable SequenceRange rangeOf(long sequence, List<SequenceRange> kept) {
    for (SequenceRange range : kept) {
      if (range.contains(sequence)) {
        return range;
      }
    }
    return null;
  }

  private static long firstAfter(long sequence, List<SequenceRange> kept, StreamState state) {
    for (SequenceRange range : kept) {
      if (range.first() > sequence) {
        return Math.min(range.first(), state.first());
      }
    }
    return state.first();
  }
}
