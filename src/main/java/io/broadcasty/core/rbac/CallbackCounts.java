package io.broadcasty.core.rbac;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts the decisions that a back end is asked for, by what came of them. */
@ThreadSafe
public final class CallbackCounts {

  /** What came of a decision. */
  public enum Outcome {
    /** The back end allows it. */
    ALLOWED,
    /** The back end denies it. */
    DENIED,
    /** An earlier answer was still valid. */
    CACHED,
    /** There was no answer, or none that says anything. */
    FAILED,
    /** The back end was not asked: it fails, or too many questions wait for it. */
    REFUSED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** Returns the name in meters. */
    public String wireName() {
      return wireName;
    }
  }

  private final AtomicLongArray counts = new AtomicLongArray(Outcome.values().length);

  /** Counts one decision. */
  public void add(Outcome outcome) {
    counts.incrementAndGet(outcome.ordinal());
  }

  /** Returns how many decisions had an outcome. */
  public long of(Outcome outcome) {
    return counts.get(outcome.ordinal());
  }
}
