package io.broadcasty.relay.provider;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.core.time.WallClock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Creates one provider from the configuration.
 *
 * <p>To add a provider, add a package with an implementation, and a line in the list of {@code
 * config.Providers}. Stateless.
 */
public interface ProviderFactory {

  /**
   * Returns the provider's name in the configuration, such as {@code pusher}. No two factories have
   * the same.
   */
  String name();

  /** Returns the provider's keys, in the order of the reference. */
  List<ConfigKey<?>> keys();

  /** Returns whether any required key is set, by its own name or by the provider's variable. */
  boolean isConfigured(ConfigValues values);

  /**
   * Reads and validates the configuration; a missing key is a fault. Reports faults to {@code
   * values} and throws nothing.
   *
   * @return opens the provider; null after a fault
   */
  @Nullable Opener read(ConfigValues values);

  /** Opens a provider with validated settings; its {@code toString} contains no secret. */
  @FunctionalInterface
  interface Opener {

    /**
     * Opens the provider without calling it.
     *
     * @param calls makes the requests of all providers of a node
     */
    Provider open(ProviderHttpClient calls, WallClock clock);
  }
}
