package io.broadcasty.time;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Instant;

/**
 * The wall clock, for stamps that people and other machines read and for the expiry of tokens. It
 * may jump; never measure a duration with it.
 */
@ThreadSafe
@FunctionalInterface
public interface WallClock {

  /** Milliseconds since the Unix epoch. */
  long nowMillis();

  /** The same as an instant. */
  default Instant now() {
    return Instant.ofEpochMilli(nowMillis());
  }

  /** The machine's wall clock. */
  static WallClock system() {
    return System::currentTimeMillis;
  }
}
