package io.broadcasty.streams.broker;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The submissions that wait to be appended, bounded in bytes. */
@ThreadSafe
final class SubmissionQueue {

  /** The result of an offer. */
  enum Offer {
    TAKEN,
    FULL,
    CLOSED
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final ArrayDeque<Submission> waiting = new ArrayDeque<>();

  private final long maxBytes;

  @GuardedBy("lock")
  private long bytes;

  @GuardedBy("lock")
  private boolean closed;

  SubmissionQueue(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Adds a submission unless it would exceed the bound; an empty queue accepts any submission. */
  Offer offer(Submission submission) {
    lock.lock();
    try {
      if (closed) {
        return Offer.CLOSED;
      }
      if (!waiting.isEmpty() && bytes + submission.bytes() > maxBytes) {
        return Offer.FULL;
      }
      waiting.add(submission);
      bytes += submission.bytes();
      changed.signal();
      return Offer.TAKEN;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there is a submission, the time is over, or the queue is closed; then takes
   * submissions up to about that many envelopes.
   *
   * @param group receives the submissions, one by one
   */
  void take(List<Submission> group, int maxEnvelopes, long maxGroupBytes, long maxWaitNanos)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = maxWaitNanos;
      while (waiting.isEmpty() && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      int envelopes = 0;
      long groupBytes = 0;
      for (Submission next = waiting.peek(); next != null; next = waiting.peek()) {
        envelopes += next.envelopes().size();
        groupBytes += next.bytes();
        if (!group.isEmpty() && (envelopes > maxEnvelopes || groupBytes > maxGroupBytes)) {
          break;
        }
        group.add(next);
        waiting.remove();
        bytes -= next.bytes();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Accepts nothing more. Waiting submissions can still be taken. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isDrained() {
    lock.lock();
    try {
      return closed && waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the timeout, in nanoseconds, of a wait that only a new submission ends. */
  static long untilNextSubmission() {
    return TimeUnit.DAYS.toNanos(1);
  }
}
