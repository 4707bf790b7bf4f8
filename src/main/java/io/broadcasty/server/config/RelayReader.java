package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.relay.provider.ProviderFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the settings of the relay to providers. */
final class RelayReader {

  private static final String AUTO = "auto";
  private static final String REDIS = "redis";

  private final ConfigValues values;
  private final Providers providers;

  RelayReader(ConfigValues values, Providers providers) {
    this.values = values;
    this.providers = providers;
  }

  Settings.Relay read(Settings.Store store) {
    String driver = values.value(ConfigKeys.driver(providers), AUTO);
    boolean redis = store == Settings.Store.REDIS;
    checkStore(driver, store);
    List<String> order = new ArrayList<>();
    List<ProviderFactory.Opener> openers = new ArrayList<>();
    for (ProviderFactory provider : selected(driver, redis)) {
      ProviderFactory.Opener opener = provider.read(values);
      if (opener != null) {
        order.add(provider.name());
        openers.add(opener);
      }
    }
    return new Settings.Relay(
        driver,
        order,
        driver.equals("null") ? driver : redis ? REDIS : "embedded",
        openers,
        values.value(ConfigKeys.DRIVER_TIMEOUT, Duration.ofSeconds(1)),
        values.value(ConfigKeys.DRIVER_PROBE_INTERVAL, Duration.ofSeconds(5)),
        Math.toIntExact(values.value(ConfigKeys.DRIVER_WORKERS, 1L)));
  }

  private void checkStore(String driver, Settings.Store store) {
    boolean redis = store == Settings.Store.REDIS;
    if (driver.equals(REDIS) && !redis) {
      values.fault(
          ConfigKeys.DRIVER.name()
              + ": redis keeps the streams in Redis, but "
              + ConfigKeys.REPLAY_STORE.name()
              + " is "
              + store.name().toLowerCase(Locale.ROOT)
              + "; remove one of them, or set "
              + ConfigKeys.REPLAY_STORE.name()
              + "=redis");
    }
    if (driver.equals("embedded") && redis) {
      values.fault(
          ConfigKeys.DRIVER.name()
              + ": embedded requires a store of this node alone, but "
              + ConfigKeys.REPLAY_STORE.name()
              + " is redis; set redis or auto here, or choose another store");
    }
  }

  /**
   * Returns the named provider; with {@code auto} those of its order that have any configuration.
   */
  private List<ProviderFactory> selected(String driver, boolean redis) {
    return driver.equals(AUTO)
        ? order(redis).stream().filter(each -> each.isConfigured(values)).toList()
        : providers.relay(driver).stream().toList();
  }

  /**
   * Returns the order of {@code auto} up to Redis, if streams are kept there: Redis is then
   * available whenever Broadcasty is.
   */
  private List<ProviderFactory> order(boolean redis) {
    List<String> seen = new ArrayList<>();
    List<ProviderFactory> order = new ArrayList<>();
    boolean ended = false;
    for (String name : values.value(ConfigKeys.AUTO_ORDER, List.of())) {
      Optional<ProviderFactory> provider = providers.relay(name);
      if (provider.isEmpty() && !name.equals(REDIS)) {
        reportOrderFault(
            "`" + name + "` is not one of " + String.join(", ", ConfigKeys.orderNames(providers)));
      } else if (seen.contains(name)) {
        reportOrderFault("`" + name + "` is listed twice");
      } else {
        seen.add(name);
        ended |= name.equals(REDIS) && redis;
        if (!ended) {
          provider.ifPresent(order::add);
        }
      }
    }
    return order;
  }

  private void reportOrderFault(String what) {
    values.fault(
        ConfigKeys.AUTO_ORDER.name()
            + " (or "
            + ConfigKeys.AUTO_ORDER.environmentName()
            + "): "
            + what);
  }
}
