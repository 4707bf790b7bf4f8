package io.broadcasty.failover;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a provider does not serve.
 *
 * @param reason for people: "answered 503"; contains no address, no secret and no content
 * @param retryAfter the pause that the provider asked for; null when it asked for none
 * @param misconfigured whether an operator has to change something before it serves again
 */
public record Failure(String reason, @Nullable Duration retryAfter, boolean misconfigured) {

  /** Creates a temporary failure. */
  public static Failure passing(String reason) {
    return new Failure(reason, null, false);
  }

  /** Creates a failure that lasts until an operator changes something. */
  public static Failure misconfigured(String reason) {
    return new Failure(reason, null, true);
  }
}
