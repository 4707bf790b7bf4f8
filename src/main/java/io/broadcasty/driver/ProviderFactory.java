package io.broadcasty.driver;

import io.broadcasty.config.key.ConfigKey;
import io.broadcasty.config.key.ConfigValues;
import io.broadcasty.time.WallClock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes one provider from the configuration. A provider is added with a package that has one of
 * these, and a line in the list of {@code config.Providers}. Without state.
 */
public interface ProviderFactory {

  /** The provider's name in the configuration: {@code pusher}. No two factories have the same. */
  String name();

  /** The provider's keys, in the order of the reference. */
  List<ConfigKey<?>> keys();

  /** Whether any of what the provider must have is set, under whatever name. */
  boolean isMentioned(ConfigValues values);

  /**
   * Reads and checks what is configured; what is missing is a fault. Reports faults to the values
   * and throws nothing.
   *
   * @return opens the provider; null after a fault
   */
  @Nullable Opener read(ConfigValues values);

  /** Opens a provider with settings that have been checked; its text shows no secret. */
  @FunctionalInterface
  interface Opener {

    /**
     * Opens it. Does not call the provider.
     *
     * @param calls what the providers of a node share to make requests
     */
    Provider open(HttpCalls calls, WallClock clock);
  }
}
