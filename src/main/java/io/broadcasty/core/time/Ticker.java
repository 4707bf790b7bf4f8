package io.broadcasty.core.time;

import com.google.errorprone.annotations.ThreadSafe;

/**
 * A monotonic source of time, for durations, deadlines and expiry. Its origin has no meaning; only
 * differences between two readings do.
 */
@ThreadSafe
@FunctionalInterface
public interface Ticker {

  /** Returns monotonic nanoseconds since an arbitrary origin. */
  long readNanos();

  /** Returns the ticker of the machine's monotonic clock. */
  static Ticker system() {
    return System::nanoTime;
  }
}
