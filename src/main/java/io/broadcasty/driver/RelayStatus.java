package io.broadcasty.driver;

import io.broadcasty.failover.ProviderState;
import io.broadcasty.failover.Switch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How relaying does on this node.
 *
 * @param driver what is configured: {@code auto}, {@code pusher}, …
 * @param order what is tried in turn; its last is where clients are served when no provider is
 * @param active the one of them that serves
 * @param degraded whether that is not the first
 * @param providers in order
 * @param lastSwitch null before the first
 * @param switches how many since the start
 * @param lag what was published here and has not been relayed
 * @param relayed publications since the start
 * @param rejected publications since the start that a provider will never take
 * @param missed publications since the start that left their stream's retention too early
 */
public record RelayStatus(
    String driver,
    List<String> order,
    String active,
    boolean degraded,
    List<ProviderStatus> providers,
    @Nullable Switch lastSwitch,
    long switches,
    Lag lag,
    long relayed,
    long rejected,
    long missed) {

  /**
   * One provider.
   *
   * @param relayed publications since the start
   */
  public record ProviderStatus(ProviderState state, long relayed) {

    /**
     * Its state in the words of a circuit breaker: {@code closed}, {@code open}, {@code half_open}.
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
   * What has not been relayed.
   *
   * @param publications how many
   * @param millis since when the oldest of them waits; 0 for none
   */
  public record Lag(long publications, long millis) {
    /** Nothing waits. */
    public static final Lag NONE = new Lag(0, 0);
  }

  /** Where clients are served when no provider is healthy. */
  public String lastName() {
    return order.get(order.size() - 1);
  }

  /** Nothing is relayed; Broadcasty's own streams serve. */
  public static RelayStatus none(String driver, String active) {
    return new RelayStatus(
        driver, List.of(active), active, false, List.of(), null, 0, Lag.NONE, 0, 0, 0);
  }
}
