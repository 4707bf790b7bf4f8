package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Buffers the publications of a channel that is new on this node until all patterns have been
 * matched against it, so that subscribers who join late miss none of them. The buffer is small; a
 * subscriber that joins after it has overflowed is notified of a gap.
 */
@ThreadSafe
final class EarlyPublications {

  static final int MAX_KEPT = 16;

  @GuardedBy("this")
  private @Nullable List<EncodedPublication> kept = new ArrayList<>(1);

  @GuardedBy("this")
  private boolean gap;

  @GuardedBy("this")
  private int pendingMatches = 1;

  synchronized void add(EncodedPublication publication) {
    if (kept == null) {
      return;
    }
    if (kept.size() < MAX_KEPT) {
      kept.add(publication);
    } else {
      gap |= !publication.isEphemeral();
    }
  }

  /** Registers another pattern that is being matched; {@link #endMatch} ends the match. */
  synchronized void beginMatch() {
    pendingMatches++;
  }

  /** Ends a match; returns true and drops the buffer when it was the last one. */
  synchronized boolean endMatch() {
    pendingMatches--;
    if (pendingMatches == 0) {
      kept = null;
    }
    return pendingMatches == 0;
  }

  /**
   * Delivers the buffered publications to a subscriber that has joined; it may get some of them
   * twice.
   */
  void deliverTo(ChannelSubscriber subscriber) {
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
        .eventLoop()
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
