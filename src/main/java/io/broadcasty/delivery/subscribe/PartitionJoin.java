package io.broadcasty.delivery.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamState;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Joins the replay of one partition to its live publications, for one subscriber: without a gap, a
 * duplicate or reordering.
 *
 * <p>It keeps the last sequence delivered. While it catches up, it delivers pages from {@link
 * #deliver} and holds live publications; when there are too many it drops the oldest, which a later
 * page will contain. It goes live once it has delivered everything announced. A live publication
 * that does not follow the last one makes it catch up again, which also recovers publications that
 * a broker failed to announce.
 *
 * <p>Live publications come from the broker, pages from the thread that catches up.
 */
@ThreadSafe
final class PartitionJoin {

  private static final int MAX_HELD = 128;

  private final int partition;
  private final SubscriberConnection subscriber;

  @GuardedBy("this")
  private final ArrayDeque<EncodedPublication> held = new ArrayDeque<>(0);

  @GuardedBy("this")
  private @Nullable String epoch;

  @GuardedBy("this")
  private long last;

  @GuardedBy("this")
  private boolean atHead;

  /**
   * Whether the client knows the channel's number and, unless a loss is still to be reported, the
   * epoch.
   */
  @GuardedBy("this")
  private boolean streamKnown;

  @GuardedBy("this")
  private boolean live;

  @GuardedBy("this")
  private boolean closed;

  /** Whether publications may have been left out since the last page was requested. */
  @GuardedBy("this")
  private boolean gap;

  /**
   * Creates a join that holds live publications until {@link #startAfter} sets its start. Without a
   * start it begins with the partition's first publication.
   */
  PartitionJoin(int partition, SubscriberConnection subscriber) {
    this.partition = partition;
    this.subscriber = subscriber;
  }

  /**
   * Creates a join for a partition created after the subscription: live from its first publication.
   */
  static PartitionJoin liveFromFirst(int partition, SubscriberConnection subscriber) {
    PartitionJoin join = new PartitionJoin(partition, subscriber);
    synchronized (join) {
      join.live = true;
    }
    return join;
  }

  int partition() {
    return partition;
  }

  /**
   * Sets the start position. The subscriber's answer describes the stream as it is.
   *
   * @param epoch the epoch of {@code after}; null accepts any epoch
   * @param after the last sequence the subscriber has; {@link StreamState#FROM_OLDEST} for all
   *     publications kept
   * @param isHead whether that was the head a moment ago, so that only held publications follow
   */
  synchronized void startAfter(@Nullable String epoch, long after, boolean isHead) {
    this.epoch = epoch;
    this.last = after;
    this.atHead = isHead;
    this.streamKnown = true;
  }

  /**
   * Delivers or holds an announced publication.
   *
   * @return whether the partition has to catch up from now on
   */
  synchronized boolean onPublication(EncodedPublication publication) {
    if (closed) {
      return false;
    }
    if (!live) {
      hold(publication);
      return false;
    }
    if (follows(publication)) {
      deliver(publication);
      return false;
    }
    if (isDuplicate(publication)) {
      return false;
    }
    live = false;
    hold(publication);
    return true;
  }

  /**
   * Ends live delivery because announcements may have been left out; a page read from now on closes
   * the gap.
   *
   * @return whether the partition has to catch up from now on
   */
  synchronized boolean onGap() {
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
   * Returns the next request to the broker. Drops the held publications, which that page or a later
   * one will contain.
   */
  synchronized ReplayRequest nextRequest(TenantChannel channel, int maxCount, long maxBytes) {
    held.clear();
    gap = false;
    return new ReplayRequest(channel, partition, epoch, last, maxCount, maxBytes);
  }

  /**
   * Delivers the page of the last {@link #nextRequest}: first the loss, if any, then its
   * publications, then those held. Stops when the subscriber has no room; the next page continues
   * there.
   *
   * @param channelNumber the channel's number on this node
   * @return whether no other page is needed
   */
  synchronized boolean deliver(ChannelName channel, int channelNumber, ReplayPage page) {
    if (closed) {
      return true;
    }
    LostPosition lost = page.lost();
    streamKnown = streamKnown && (lost != null || page.state().epoch().equals(epoch));
    epoch = page.state().epoch();
    if (lost != null) {
      last = lost.resumeFrom().sequence();
      subscriber.sendLost(channel, lost);
    } else if (last == StreamState.FROM_OLDEST) {
      last = page.state().first() - 1;
    }
    for (Publication publication : page.publications()) {
      if (!subscriber.hasRoom()) {
        return false;
      }
      deliver(new EncodedPublication(publication, channelNumber));
    }
    live = drainHeld() && last >= page.state().head() && !gap;
    return live;
  }

  /** Ends the join. Nothing is delivered after the return. */
  synchronized void close() {
    closed = true;
    live = false;
    held.clear();
  }

  @GuardedBy("this")
  private boolean drainHeld() {
    while (!held.isEmpty()) {
      EncodedPublication next = held.peek();
      if (follows(next)) {
        if (!subscriber.hasRoom()) {
          return false;
        }
        deliver(next);
      } else if (!isDuplicate(next)) {
        return false;
      }
      held.poll();
    }
    return true;
  }

  @GuardedBy("this")
  private void hold(EncodedPublication publication) {
    if (held.size() == MAX_HELD) {
      held.poll();
    }
    held.add(publication);
  }

  @GuardedBy("this")
  private void deliver(EncodedPublication publication) {
    if (!streamKnown) {
      streamKnown = true;
      subscriber.beforeNewStream(publication);
    }
    epoch = publication.publication().position().epoch();
    last = publication.publication().position().sequence();
    subscriber.sendPublication(publication);
  }

  @GuardedBy("this")
  private boolean follows(EncodedPublication publication) {
    boolean known = epoch == null || epoch.equals(publication.publication().position().epoch());
    return known && publication.publication().position().sequence() == last + 1;
  }

  @GuardedBy("this")
  private boolean isDuplicate(EncodedPublication publication) {
    return publication.publication().position().epoch().equals(epoch)
        && publication.publication().position().sequence() <= last;
  }
}
