package io.broadcasty.relay;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamState;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Relays one channel from its checkpoint to its head: reads a page, sends it, saves the checkpoint.
 *
 * <p>A publication that was sent before its checkpoint could be saved is sent again. Threads may
 * call it at the same time for different channels.
 */
final class ChannelRelay {

  private static final int PAGE_COUNT = 100;
  private static final long PAGE_BYTES = 256 * 1024;

  /** The most publications sent before other channels are relayed. */
  private static final int MAX_PUBLICATIONS_PER_RUN = 500;

  /** The result of relaying a channel. */
  enum Outcome {
    /** The channel has been relayed completely. */
    DONE,
    /** There is more to relay; other channels come first. */
    MORE,
    /** Another node relays the channel. */
    CLAIMED,
    /** No provider is healthy. */
    NO_PROVIDER
  }

  private final Broker streams;
  private final Checkpoints checkpoints;
  private final ProviderDispatcher dispatcher;
  private final RelayQueue queue;
  private final String owner;
  private final WallClock clock;
  private final LongAdder missed = new LongAdder();
  private volatile long sinceMillis = -1;

  ChannelRelay(
      Broker streams,
      Checkpoints checkpoints,
      ProviderDispatcher dispatcher,
      RelayQueue queue,
      String owner,
      WallClock clock) {
    this.streams = streams;
    this.checkpoints = checkpoints;
    this.dispatcher = dispatcher;
    this.queue = queue;
    this.owner = owner;
    this.clock = clock;
  }

  /** Returns how many publications left their streams before they were relayed. */
  long missed() {
    return missed.sum();
  }

  /**
   * Returns the time from which on publications are relayed, and stores it when it is not known
   * yet.
   */
  long relayedSince() {
    if (sinceMillis < 0) {
      sinceMillis = checkpoints.startedAt(clock.nowMillis());
    }
    return sinceMillis;
  }

  /**
   * Relays the channel.
   *
   * @throws io.broadcasty.streams.broker.BrokerException when the streams or the checkpoints cannot
   *     be reached; trying again later is right
   */
  Outcome relay(RelayQueue.Task task) throws InterruptedException {
    long since = relayedSince();
    Map<Integer, Position> known = checkpoints.claim(task.channel(), owner);
    if (known == null) {
      return Outcome.CLAIMED;
    }
    try {
      TreeSet<Integer> partitions = new TreeSet<>(task.marked().keySet());
      if (task.allPartitions()) {
        streams.states(task.channel(), 1).forEach(state -> partitions.add(state.partition()));
      }
      int share = MAX_PUBLICATIONS_PER_RUN;
      for (int partition : partitions) {
        Position from = known.get(partition);
        if (from == null) {
          from = startPosition(task.channel(), partition, task.marked().get(partition), since);
        }
        PartitionRelay run = new PartitionRelay(task.channel(), from, share);
        Outcome outcome = run.relay();
        if (outcome != Outcome.DONE) {
          return outcome;
        }
        share = run.remaining;
      }
      return Outcome.DONE;
    } finally {
      checkpoints.release(task.channel(), owner);
    }
  }

  /**
   * Returns where to begin a partition that has no checkpoint: before the first publication that
   * was published since this installation relays, or that was marked.
   */
  private Position startPosition(
      TenantChannel channel, int partition, @Nullable Long marked, long since) {
    StreamState state = read(channel, partition, null, StreamState.FROM_OLDEST, 0).state();
    long low = state.first();
    long high = state.head() + 1;
    while (low < high) { // binary search for the first that is not older
      long middle = (low + high) >>> 1;
      if (isOlder(channel, state, middle, since)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    long first = marked == null ? low : Math.max(state.first(), Math.min(low, marked));
    Position before = new Position(state.epoch(), partition, first - 1);
    if (state.head() > 0) {
      var unused = checkpoints.save(channel, owner, before);
    }
    return before;
  }

  private boolean isOlder(TenantChannel channel, StreamState state, long sequence, long since) {
    List<Publication> found =
        read(channel, state.partition(), state.epoch(), sequence - 1, 1).publications();
    return found.isEmpty() || found.get(0).timeMillis() < since;
  }

  private ReplayPage read(
      TenantChannel channel, int partition, @Nullable String epoch, long after, int maxCount) {
    return streams.replay(
        new ReplayRequest(channel, partition, epoch, after, maxCount, PAGE_BYTES));
  }

  /** Relays one partition. */
  private final class PartitionRelay {
    private final TenantChannel channel;
    private Position relayed;
    int remaining;

    PartitionRelay(TenantChannel channel, Position from, int share) {
      this.channel = channel;
      this.relayed = from;
      this.remaining = share;
    }

    Outcome relay() throws InterruptedException {
      while (true) {
        ReplayPage page =
            read(channel, relayed.partition(), relayed.epoch(), relayed.sequence(), PAGE_COUNT);
        LostPosition lost = page.lost();
        if (lost != null) {
          if (lost.reason() == LostPosition.Reason.TRIMMED) {
            missed.add(lost.resumeFrom().sequence() - relayed.sequence());
          }
          relayed = lost.resumeFrom();
          if (!checkpoints.save(channel, owner, relayed)) {
            return Outcome.CLAIMED;
          }
        }
        if (page.publications().isEmpty()) {
          return Outcome.DONE;
        }
        Outcome outcome = send(page.publications());
        if (outcome != Outcome.DONE) {
          return outcome;
        }
        if (remaining <= 0) {
          return Outcome.MORE;
        }
      }
    }

    private Outcome send(List<Publication> page) throws InterruptedException {
      int next = 0;
      while (next < page.size()) {
        int done = sendOrSkip(page.subList(next, page.size()));
        if (done == 0) {
          return Outcome.NO_PROVIDER;
        }
        next += done;
        remaining -= done;
        Publication last = page.get(next - 1);
        relayed = last.position();
        queue.recordProgress(channel, relayed, last.timeMillis());
        if (!checkpoints.save(channel, owner, relayed)) {
          return Outcome.CLAIMED;
        }
      }
      return Outcome.DONE;
    }

    /** Sends the first publications up to one that is erased, or skips those that are. */
    private int sendOrSkip(List<Publication> page) throws InterruptedException {
      boolean erased = isErased(page.get(0));
      int end = 1;
      while (end < page.size() && isErased(page.get(end)) == erased) {
        end++;
      }
      return erased ? end : dispatcher.send(page.subList(0, end));
    }

    private static boolean isErased(Publication publication) {
      return publication.envelope().message().isErased();
    }
  }
}
