package io.broadcasty.relay.failover;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of a provider.
 *
 * @param since when it entered the condition
 * @param reason of the last failure; null while it is healthy
 */
public record ProviderState(
    String name, Condition condition, Instant since, @Nullable String reason) {

  /** The condition of a provider. */
  public enum Condition {
    /** The provider serves. */
    HEALTHY,
    /** The provider does not serve. */
    FAILING,
    /** The provider has answered a probe, and must answer more before it serves again. */
    PROBING
  }
}
