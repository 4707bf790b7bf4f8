package io.broadcasty.relay;

import io.broadcasty.relay.failover.ProviderState;
import io.broadcasty.relay.failover.ProviderSwitch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The status of the relay on this node.
 *
 * @param driver the configured driver: {@code auto}, {@code pusher}, …
 * @param order the names in order of preference; the last serves clients when no provider is
 *     healthy
 * @param active the name of the one that serves
 * @param degraded whether that is not the first
 * @param providers in order
 * @param lastSwitch null before the first
 * @param switches how many since the start
 * @param lag publications that were published here and have not been relayed
 * @param relayed publications since the start
 * @param rejected publications since the start that a provider will never accept
 * @param missed publications since the start that left their stream's retention before they were
 *     relayed
 */
public record RelayStatus(
    String driver,
    List<String> order,
    String active,
    boolean degraded,
    List<ProviderStatus> providers,
    @Nullable ProviderSwitch lastSwitch,
    long switches,
    Lag lag,
    long relayed,
    long rejected,
    long missed) {

  /**
   * The status of one provider.
   *
   * @param relayed publications since the start
   */
  public record ProviderStatus(ProviderState state, long relayed) {

    /**
     * Returns its state in terms of a circuit breaker: {@code closed}, {@code open}, {@code
     * half_open}.
     */
    public String breaker() {
      return switch (state.condition()) {
        case HEALTHY -> "closed";
        case FAILING -> "open";
        case PROBING -> "half_open";
      };
    }
  }

  /**
   * The publications that have not been relayed.
   *
   * @param publications how many
   * @param millis for how long the oldest of them has waited; 0 for none
   */
  public record Lag(long publications, long millis) {
    /** No publication waits. */
    public static final Lag NONE = new Lag(0, 0);
  }

  /** Returns the name of the streams that serve clients when no provider is healthy. */
  public String fallbackName() {
    return order.get(order.size() - 1);
  }

  /**
   * Returns the status of a node that relays nothing, because Broadcasty's own streams serve all
   * clients.
   */
  public static RelayStatus none(String driver, String active) {
    return new RelayStatus(
        driver, List.of(active), active, false, List.of(), null, 0, Lag.NONE, 0, 0, 0);
  }
}
