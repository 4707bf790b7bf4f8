package io.broadcasty.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.broker.Lost;
import io.broadcasty.broker.Publication;
import io.broadcasty.broker.ReplayPage;
import io.broadcasty.broker.ReplayRequest;
import io.broadcasty.broker.StreamState;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.hub.EncodedPublication;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Joins the replay of one partition to its live publications, for one subscriber: without a gap,
 * without a double, in order.
 *
 * <p>It knows the last sequence that was handed on. While it catches up, pages come in through
 * {@link #hand} and live publications are held, the oldest being let go when there are too many,
 * since a later page will bring them. It is live once all that was heard of has been handed on. A
 * live publication that does not follow the last one sends it back to catching up; so it heals by
 * itself what a broker failed to announce.
 *
 * <p>Live publications come from the broker, pages from the one who catches up.
 */
@ThreadSafe
final class PartitionJoin {

  private static final int MAX_HELD = 128;

  private final int partition;
  private final Sink sink;
  private final ArrayDeque<EncodedPublication> held = new ArrayDeque<>(0);
  private @Nullable String epoch;
  private long last;
  private boolean atHead;

  /**
   * Whether the connection knows the channel's number, and the epoch unless it is yet to be lost.
   */
  private boolean told;

  private boolean live;
  private boolean closed;

  /** Something may have been left out since the last page was asked for. */
  private boolean gap;

  /**
   * Holds what is announced until it is told from where to begin; if it never is, the partition's
   * first publication.
   */
  PartitionJoin(int partition, Sink sink) {
    this.partition = partition;
    this.sink = sink;
  }

  /**
   * For a partition that comes into being after the subscriber: live from its first publication on.
   */
  static PartitionJoin liveFromFirst(int partition, Sink sink) {
    PartitionJoin join = new PartitionJoin(partition, sink);
    join.live = true;
    return join;
  }

  int partition() {
    return partition;
  }

  /**
   * Names the position to begin after. The subscriber is told of the stream as it is.
   *
   * @param epoch the epoch of {@code after}; null takes whatever is there
   * @param after the last sequence the subscriber has; {@link StreamState#FROM_OLDEST} for all that
   *     is kept
   * @param isHead whether that was the head a moment ago, so that there is nothing to replay but
   *     what is held
   */
  synchronized void beginAfter(@Nullable String epoch, long after, boolean isHead) {
    this.epoch = epoch;
    this.last = after;
    this.atHead = isHead;
    this.told = true;
  }

  /**
   * A publication was announced.
   *
   * @return whether catching up is needed now, and was not before
   */
  synchronized boolean announced(EncodedPublication publication) {
    if (closed) {
      return false;
    }
    if (!live) {
      hold(publication);
      return false;
    }
    if (follows(publication)) {
      hand(publication);
      return false;
    }
    if (isDouble(publication)) {
      return false;
    }
    live = false;
    hold(publication);
    return true;
  }

  /**
   * Announcements may have been left out: only a page that is read from now on tells.
   *
   * @return whether catching up is needed now, and was not before
   */
  synchronized boolean mayHaveMissed() {
    if (closed) {
      return false;
    }
    boolean wasLive = live;
    live = false;
    gap = true;
    return wasLive;
  }

  /**
   * Lets publications through for the first time.
   *
   * @return whether no pages are needed
   */
  synchronized boolean start() {
    if (closed) {
      return true;
    }
    live = atHead && !gap && drainHeld();
    return live;
  }

  /**
   * What to ask the broker for next. What is held now will be in that page or a later one, so it is
   * let go.
   */
  synchronized ReplayRequest request(TenantChannel channel, int maxCount, long maxBytes) {
    held.clear();
    gap = false;
    return new ReplayRequest(channel, partition, epoch, last, maxCount, maxBytes);
  }

  /**
   * Hands on the page that was read for the last {@link #request}, after telling what is lost, and
   * then what was held meanwhile; stops where the subscriber has no more room, and goes on there
   * with the next page.
   *
   * @param channelNumber the channel's on this node
   * @return whether no other page is needed
   */
  synchronized boolean hand(ChannelName channel, int channelNumber, ReplayPage page) {
    if (closed) {
      return true;
    }
    Lost lost = page.lost();
    told = told && (lost != null || page.state().epoch().equals(epoch));
    epoch = page.state().epoch();
    if (lost != null) {
      last = lost.resumeFrom().sequence();
      sink.lost(channel, lost);
    } else if (last == StreamState.FROM_OLDEST) {
      last = page.state().first() - 1;
    }
    for (Publication publication : page.publications()) {
      if (!sink.hasRoom()) {
        return false;
      }
      hand(new EncodedPublication(publication, channelNumber));
    }
    live = drainHeld() && last >= page.state().head() && !gap;
    return live;
  }

  /** Nothing is handed on after the return. */
  synchronized void close() {
    closed = true;
    live = false;
    held.clear();
  }

  private boolean drainHeld() {
    while (!held.isEmpty()) {
      EncodedPublication next = held.peek();
      if (follows(next)) {
        if (!sink.hasRoom()) {
          return false;
        }
        hand(next);
      } else if (!isDouble(next)) {
        return false;
      }
      held.poll();
    }
    return true;
  }

  private void hold(EncodedPublication publication) {
    if (held.size() == MAX_HELD) {
      held.poll();
    }
    held.add(publication);
  }

  private void hand(EncodedPublication publication) {
    if (!told) {
      told = true;
      sink.newStream(publication);
    }
    epoch = publication.publication().position().epoch();
    last = publication.publication().position().sequence();
    sink.publication(publication);
  }

  private boolean follows(EncodedPublication publication) {
    boolean known = epoch == null || epoch.equals(publication.publication().position().epoch());
    return known && publication.publication().position().sequence() == last + 1;
  }

  private boolean isDouble(EncodedPublication publication) {
    return publication.publication().position().epoch().equals(epoch)
        && publication.publication().position().sequence() <= last;
  }
}
