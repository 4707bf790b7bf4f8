package io.broadcasty.push.provider;

import io.broadcasty.core.http.RetryAfter;
import io.broadcasty.core.time.WallClock;
import java.net.http.HttpHeaders;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An HTTP reply of a push service; its body may be cut off at a limit. */
public record HttpReply(int status, HttpHeaders headers, byte[] body, WallClock clock) {

  private static final Duration MAX_RETRY_AFTER = Duration.ofDays(1);

  /** Returns whether the service is overloaded or broken, so that trying again later is right. */
  public boolean isTemporary() {
    return status == 408 || status == 429 || status >= 500;
  }

  /**
   * Returns a result that asks for another attempt, when Retry-After says so (RFC 9110 section
   * 10.2.3).
   */
  public ProviderResponse.Retry toRetry(String reason) {
    return new ProviderResponse.Retry(reason, retryAfter());
  }

  /**
   * Returns the delay that Retry-After asks for, in seconds or as a date, at most a day; null when
   * the header is missing or malformed.
   */
  public @Nullable Duration retryAfter() {
    return RetryAfter.of(headers, clock, MAX_RETRY_AFTER);
  }

  @Override
  public String toString() {
    return "reply " + status;
  }
}
