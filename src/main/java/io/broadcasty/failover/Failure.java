package io.broadcasty.failover;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a provider does not serve.
 *
 * @param reason for people: "answered 503"; names no address, no secret and no content
 * @param retryAfter for how long it asked to be left alone; null when it did not
 * @param misconfigured whether an operator has to change something before it serves again
 */
public record Failure(String reason, @Nullable Duration retryAfter, boolean misconfigured) {

  /** One that may pass by itself. */
  public static Failure passing(String reason) {
    return new Failure(reason, null, false);
  }

  /** One that lasts until an operator changes something. */
  public static Failure misconfigured(String reason) {
    return new Failure(reason, null, true);
  }
}
