package io.broadcasty.cdi;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Logs failed publications, since nobody may look at their stages: one each {@value #PAUSE_MILLIS}
 * ms, with the number of those before that are not logged.
 */
final class FailureLog {

  static final long PAUSE_MILLIS = 5000;

  private static final System.Logger LOG = System.getLogger(FailureLog.class.getName());

  private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());
  private final AtomicLong omitted = new AtomicLong();

  void log(Outgoing publication, Throwable failure) {
    if (failure instanceof PublishException known
        && known.code().equals(PublishException.ROLLED_BACK)) {
      LOG.log(Level.DEBUG, "Not published to {0}: {1}", publication.channel(), known.getMessage());
      return;
    }
    long now = System.nanoTime();
    long next = nextNanos.get();
    if (now - next < 0 || !nextNanos.compareAndSet(next, now + PAUSE_MILLIS * 1_000_000)) {
      omitted.incrementAndGet();
      return;
    }
    LOG.log(
        Level.WARNING,
        "Not published to {0}, nor {1} others before: {2}",
        publication.channel(),
        omitted.getAndSet(0),
        failure.getMessage());
  }
}
