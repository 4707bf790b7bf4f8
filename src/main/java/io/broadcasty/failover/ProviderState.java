package io.broadcasty.failover;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a provider does.
 *
 * @param since since when
 * @param reason of the last failure; null while it is healthy
 */
public record ProviderState(
    String name, Condition condition, Instant since, @Nullable String reason) {

  /** What may be asked of it. */
  public enum Condition {
    /** It serves. */
    HEALTHY,
    /** It does not serve. */
    FAILING,
    /** It has answered a probe, and has to answer more before it serves again. */
    PROBING
  }
}
