package io.broadcasty.webhook.sending;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When a message is tried again: eight times within 27 hours and 35 minutes. */
final class RetrySchedule {

  /** How long an endpoint may fail until it is disabled. */
  static final Duration PATIENCE = Duration.ofDays(5);

  /** The longest delay that an answer may ask for. */
  static final Duration MAX_RETRY_AFTER = Duration.ofHours(10);

  private static final List<Duration> DELAYS =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(5),
          Duration.ofHours(10),
          Duration.ofHours(10));

  private RetrySchedule() {}

  /**
   * Returns the delay after attempts that have failed.
   *
   * @param attempts from 1
   * @param asked the delay that the answer asks for; null for none
   * @return null after the last one
   */
  static @Nullable Duration after(int attempts, @Nullable Duration asked) {
    if (attempts > DELAYS.size()) {
      return null;
    }
    Duration delay = DELAYS.get(attempts - 1);
    return asked == null || asked.compareTo(delay) < 0 ? delay : asked;
  }
}
