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

/** A channel whose announcements this node wants, and what it has heard of it. */
@ThreadSafe
final class Followed {

  private final TenantChannel channel;

  /** What was heard, so that nothing is handed on twice. */
  @GuardedBy("this")
  private @Nullable Marks marks;

  /** How far the channel has come as far as is known here, by hearsay or by comparing. */
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
   * @param marks what was heard of it before; null for nothing
   */
  Followed(TenantChannel channel, @Nullable Marks marks) {
    this.channel = channel;
    this.marks = marks;
  }

  /** What was heard of last; null for nothing. */
  synchronized @Nullable Marks marks() {
    return marks;
  }

  /** The name of the present life of the subscription. */
  synchronized int life() {
    return life;
  }

  TenantChannel channel() {
    return channel;
  }

  /** Completes when every publication from then on will be heard of. */
  synchronized CompletionStage<Void> ready() {
    return ready.stage();
  }

  /** Whether announcements come in, as far as is known. */
  boolean isSubscribed() {
    return subscribed;
  }

  /**
   * Announcements come in from now on.
   *
   * @return the name of this life of the subscription, for {@link #compare}
   */
  synchronized int subscribed() {
    subscribed = true;
    return life;
  }

  /** Announcements may be missed from now on. */
  synchronized void broken() {
    subscribed = false;
    life++;
    ready.broken();
  }

  /**
   * Redis cannot be reached: who waits is told, and what was missed meanwhile must be looked for.
   */
  void unreachable(BrokerException why) {
    Runnable tell;
    synchronized (this) {
      doubtful |= !ready.isReached();
      tell = ready.failed(why);
    }
    tell.run();
  }

  /** Hands on what was not heard of yet, in order. */
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
   * The channel's heads were read after {@link #subscribed} was called.
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
   * The channel's heads were read at some moment. What is ahead of what was heard may be on its
   * way: only when it still has not come by the next check was it missed.
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
