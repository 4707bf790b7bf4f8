package io.broadcasty.broker.redis;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.Publication;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.redis.Readiness;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A channel whose announcements this node receives, and what it has received. */
@ThreadSafe
final class Followed {

  private final TenantChannel channel;

  /** The last received publications, so that none is delivered twice. */
  @GuardedBy("this")
  private @Nullable Marks marks;

  /** The channel's heads as far as this node knows, from announcements or from comparing. */
  @GuardedBy("this")
  private Heads known = new Heads(null, Map.of());

  @GuardedBy("this")
  private final Readiness ready = new Readiness();

  @GuardedBy("this")
  private boolean begun;

  @GuardedBy("this")
  private boolean doubtful;

  @GuardedBy("this")
  private @Nullable Heads ahead;

  private volatile boolean subscribed;

  @GuardedBy("this")
  private int life;

  /**
   * @param marks the last publications received before; null for none
   */
  Followed(TenantChannel channel, @Nullable Marks marks) {
    this.channel = channel;
    this.marks = marks;
  }

  /** Returns the last received publications; null for none. */
  synchronized @Nullable Marks marks() {
    return marks;
  }

  /** Returns the number of the current subscription. */
  synchronized int life() {
    return life;
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
   * @return the number of this subscription, for {@link #compare}
   */
  synchronized int subscribed() {
    subscribed = true;
    return life;
  }

  /** Records that announcements may be missed from now on. */
  synchronized void broken() {
    subscribed = false;
    life++;
    ready.broken();
  }

  /**
   * Records that Redis cannot be reached: waiting callers fail, and missed publications must be
   * searched for.
   */
  void unreachable(BrokerException why) {
    Runnable tell;
    synchronized (this) {
      doubtful |= !ready.isReached();
      tell = ready.failed(why);
    }
    tell.run();
  }

  /** Delivers the publications that were not received before, in order. */
  synchronized void hear(List<Publication> publications, Consumer<Publication> listener) {
    for (Publication publication : publications) {
      if (marks == null || !marks.include(publication)) {
        marks = Marks.with(marks, publication);
        known = known.with(publication.position());
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
  boolean compare(int ofLife, Heads heads) {
    Runnable tell;
    boolean missed;
    synchronized (this) {
      if (ofLife != life) {
        return false;
      }
      missed = doubtful || (begun && heads.isAheadOf(known));
      begun = true;
      doubtful = false;
      known = heads;
      tell = ready.reached();
    }
    tell.run();
    return missed;
  }

  /**
   * Checks the channel's heads, read at any moment. A publication beyond those received may still
   * be in transit; it was missed only if it has not arrived by the next check.
   *
   * @return whether publications were missed
   */
  synchronized boolean check(Heads heads) {
    if (!begun || !subscribed) {
      return false;
    }
    boolean missed = ahead != null && ahead.isAheadOf(known);
    ahead = heads.isAheadOf(known) ? heads : null;
    if (missed) {
      known = heads;
      ahead = null;
    }
    return missed;
  }
}
