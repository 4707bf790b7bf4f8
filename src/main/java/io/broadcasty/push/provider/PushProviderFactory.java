package io.broadcasty.push.provider;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.device.PushService;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Creates the provider of one push service from the configuration.
 *
 * <p>To add a push service, add a package with an implementation, and a line in the list of {@code
 * config.Providers}. Stateless.
 */
public interface PushProviderFactory {

  /** Returns the service; no two factories have the same. */
  PushService service();

  /**
   * Returns the keys of this service in the order of the reference, the one that enables it first.
   */
  List<ConfigKey<?>> keys();

  /**
   * Reads and validates the configuration. Reports faults to {@code values} and throws nothing.
   *
   * @return opens the provider; null when the service is disabled, or after a fault
   */
  @Nullable Opener read(ConfigValues values);

  /** Opens a provider with validated settings; its {@code toString} contains no secret. */
  @FunctionalInterface
  interface Opener {

    /**
     * Opens the provider without waiting for the service.
     *
     * @param threads makes the provider's threads
     */
    PushProvider open(ThreadFactory threads, Ticker ticker, WallClock clock);
  }
}
