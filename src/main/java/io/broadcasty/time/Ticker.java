package io.broadcasty.time;

import com.google.errorprone.annotations.ThreadSafe;

/**
 * A monotonic source of time, for durations, deadlines and expiry. Its zero means nothing; only
 * differences do.
 */
@ThreadSafe
@FunctionalInterface
public interface Ticker {

  /** Monotonic nanoseconds since an arbitrary origin. */
  long readNanos();

  /** The machine's monotonic clock. */
  static Ticker system() {
    return System::nanoTime;
  }
}
