package io.broadcasty.push;

import io.broadcasty.config.key.ConfigKey;
import io.broadcasty.config.key.ConfigValues;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes the provider of one push service from the configuration. A push service is added with a
 * package that has one of these, and a line in the list of {@code config.Providers}. Without state.
 */
public interface PushProviderFactory {

  /** The service; no two factories have the same. */
  PushService service();

  /** The keys of this service in the order of the reference, first the one that turns it on. */
  List<ConfigKey<?>> keys();

  /**
   * Reads and checks what is configured. Reports faults to the values and throws nothing.
   *
   * @return opens the provider; null when the service is off, or after a fault
   */
  @Nullable Opener read(ConfigValues values);

  /** Opens a provider with settings that have been checked; its text shows no secret. */
  @FunctionalInterface
  interface Opener {

    /**
     * Opens it. Does not wait for the service.
     *
     * @param threads makes the provider's threads
     */
    PushProvider open(ThreadFactory threads, Ticker ticker, WallClock clock);
  }
}
