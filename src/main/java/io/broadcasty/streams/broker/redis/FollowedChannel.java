package io.broadcasty.streams.broker.redis;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.SubscriptionReadiness;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Publication;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A channel whose announcements this node receives, and what it has received. */
@ThreadSafe
final class FollowedChannel {

  private final TenantChannel channel;

  /** The last received publications, so that none is delivered twice. */
  @GuardedBy("this")
  private @Nullable LastSeen lastSeen;

  /** The channel's heads as far as this node knows, from announcements or from comparing. */
  @GuardedBy("this")
  private StreamHeads knownHeads = new StreamHeads(null, Map.of());

  @GuardedBy("this")
  private final SubscriptionReadiness ready = new SubscriptionReadiness();

  @GuardedBy("this")
  private boolean compared;

  @GuardedBy("this")
  private boolean uncertain;

  @GuardedBy("this")
  private @Nullable StreamHeads ahead;

  private volatile boolean subscribed;

  @GuardedBy("this")
  private int subscriptionNumber;

  /**
   * @param marks the last publications received before; null for none
   */
  FollowedChannel(TenantChannel channel, @Nullable LastSeen marks) {
    this.channel = channel;
    this.lastSeen = marks;
  }

  /** Returns the last received publications; null for none. */
  synchronized @Nullable LastSeen lastSeen() {
    return lastSeen;
  }

  /** Returns the number of the current subscription. */
  synchronized int subscriptionNumber() {
    return subscriptionNumber;
  }

  TenantChannel channel() {
    return channel;
  }

  /** Returns a stage that completes when every later publication will be received. */
  synchronized CompletionStage<Void> ready() {
    return ready.stage();
  }

  /** Returns whether announcements are received, as far as is known. */
  boolean isSubscribed() {
    return subscribed;
  }

  /**
   * Records that announcements are received from now on.
   *
   * @return the number of this subscription, for {@link #compareHeads}
   */
  synchronized int onSubscribed() {
    subscribed = true;
    return subscriptionNumber;
  }

  /** Records that announcements may be missed from now on. */
  synchronized void onBroken() {
    subscribed = false;
    subscriptionNumber++;
    ready.reset();
  }

  /**
   * Records that Redis cannot be reached: waiting callers fail, and missed publications must be
   * searched for.
   */
  void onUnreachable(BrokerException why) {
    Runnable completion;
    synchronized (this) {
      uncertain |= !ready.isConfirmed();
      completion = ready.fail(why);
    }
    completion.run();
  }

  /** Delivers the publications that were not received before, in order. */
  synchronized void deliver(List<Publication> publications, Consumer<Publication> listener) {
    for (Publication publication : publications) {
      if (lastSeen == null || !lastSeen.include(publication)) {
        lastSeen = LastSeen.with(lastSeen, publication);
        knownHeads = knownHeads.with(publication.position());
        listener.accept(publication);
      }
    }
  }

  /**
   * Compares the channel's heads, read after {@link #subscribed} was called, with the received
   * publications.
   *
   * @return whether publications were missed before
   */
  boolean compareHeads(int ofSubscription, StreamHeads heads) {
    Runnable completion;
    boolean missed;
    synchronized (this) {
      if (ofSubscription != subscriptionNumber) {
        return false;
      }
      missed = uncertain || (compared && heads.isAheadOf(knownHeads));
      compared = true;
      uncertain = false;
      knownHeads = heads;
      completion = ready.confirm();
    }
    completion.run();
    return missed;
  }

  /** Returns whether a publication may have been missed, which the next check finds out. */
  synchronized boolean isSuspected() {
    return ahead != null;
  }

  /**
   * Checks the channel's heads, read at any moment. A publication beyond those received may still
   * be in transit; it was missed only if it has not arrived by the next check.
   *
   * @return whether publications were missed
   */
  synchronized boolean checkHeads(StreamHeads heads) {
    if (!compared || !subscribed) {
      return false;
    }
    boolean missed = ahead != null && ahead.isAheadOf(knownHeads);
    ahead = heads.isAheadOf(knownHeads) ? heads : null;
    if (missed) {
      knownHeads = heads;
      ahead = null;
    }
    return missed;
  }
}
