package io.broadcasty.hub;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a channel has been sent since it came into being on this node, kept until all patterns have
 * been asked whether they want it, so that who joins late has missed nothing. The few that fit; who
 * joins after more is told of a gap.
 */
@ThreadSafe
final class EarlyPublications {

  static final int MAX_KEPT = 16;

  @GuardedBy("this")
  private @Nullable List<EncodedPublication> kept = new ArrayList<>(1);

  @GuardedBy("this")
  private boolean gap;

  @GuardedBy("this")
  private int undecided = 1;

  synchronized void add(EncodedPublication publication) {
    if (kept == null) {
      return;
    }
    if (kept.size() < MAX_KEPT) {
      kept.add(publication);
    } else {
      gap = true;
    }
  }

  /** One more is asked, and will say so by {@link #decided}. */
  synchronized void undecided() {
    undecided++;
  }

  /** One of those asked has decided; true when it was the last, and nothing is kept any more. */
  synchronized boolean decided() {
    undecided--;
    if (undecided == 0) {
      kept = null;
    }
    return undecided == 0;
  }

  /** Has a subscriber that has joined handed what came before; some may come to it twice. */
  void handTo(Subscriber subscriber) {
    List<EncodedPublication> early;
    boolean missed;
    synchronized (this) {
      if (kept == null || (kept.isEmpty() && !gap)) {
        return;
      }
      early = List.copyOf(kept);
      missed = gap;
    }
    subscriber
        .lane()
        .execute(
            () -> {
              try {
                early.forEach(subscriber::onPublication);
                if (missed) {
                  subscriber.onGap();
                }
              } catch (RuntimeException e) {
                subscriber.onFailure(e);
              }
            });
  }
}
