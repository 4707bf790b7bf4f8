package io.broadcasty.relay.failover;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a provider does not serve.
 *
 * @param reason for people: "answered 503"; contains no address, no secret and no content
 * @param retryAfter the pause that the provider asked for; null when it asked for none
 * @param misconfigured whether an operator has to change something before it serves again
 */
public record ProviderFailure(String reason, @Nullable Duration retryAfter, boolean misconfigured) {

  /** Creates a temporary failure. */
  public static ProviderFailure temporary(String reason) {
    return new ProviderFailure(reason, null, false);
  }

  /** Creates a failure that lasts until an operator changes something. */
  public static ProviderFailure misconfigured(String reason) {
    return new ProviderFailure(reason, null, true);
  }
}
