package io.broadcasty.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits between attempts: longer each time, and random, so that clients do not come together. */
final class Backoff {

  private static final long FIRST_MILLIS = 250;
  private static final long MAX_MILLIS = 20_000;

  private int attempts;

  /** Returns how long to wait before the next attempt: at least as long as the server asks. */
  synchronized Duration next(Duration asked) {
    long most = Math.min(MAX_MILLIS, FIRST_MILLIS << Math.min(attempts++, 10));
    long random = ThreadLocalRandom.current().nextLong(most / 2, most + 1);
    return asked.plusMillis(random);
  }

  /** Begins again after a success. */
  synchronized void reset() {
    attempts = 0;
  }
}
