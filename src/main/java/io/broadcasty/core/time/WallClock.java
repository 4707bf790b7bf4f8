package io.broadcasty.core.time;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Instant;

/**
 * The wall clock, for timestamps that people and other machines read and for the expiry of tokens.
 * It may jump; never measure a duration with it.
 */
@ThreadSafe
@FunctionalInterface
public interface WallClock {

  /** Returns the milliseconds since the Unix epoch. */
  long nowMillis();

  /** Returns the current time as an instant. */
  default Instant now() {
    return Instant.ofEpochMilli(nowMillis());
  }

  /** Returns the machine's wall clock. */
  static WallClock system() {
    return System::currentTimeMillis;
  }
}
