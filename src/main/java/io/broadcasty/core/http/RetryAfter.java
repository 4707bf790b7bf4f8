package io.broadcasty.core.http;

import io.broadcasty.core.time.WallClock;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Reads the header Retry-After (RFC 9110 section 10.2.3). */
public final class RetryAfter {

  private RetryAfter() {}

  /**
   * Returns the delay that a reply asks for, in seconds or until a date; null when the header is
   * missing or malformed, or the date is past.
   *
   * @param max the longest delay that is returned
   */
  public static @Nullable Duration of(HttpHeaders headers, WallClock clock, Duration max) {
    String text = headers.firstValue("Retry-After").map(String::strip).orElse("");
    Duration delay =
        text.matches("[0-9]{1,9}")
            ? Duration.ofSeconds(Long.parseLong(text))
            : untilDate(text, clock);
    if (delay == null || delay.isNegative()) {
      return null;
    }
    return delay.compareTo(max) > 0 ? max : delay;
  }

  private static @Nullable Duration untilDate(String date, WallClock clock) {
    try {
      return Duration.between(
          clock.now(), DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from));
    } catch (DateTimeException notADate) {
      return null;
    }
  }
}
