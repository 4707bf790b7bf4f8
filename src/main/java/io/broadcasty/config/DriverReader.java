package io.broadcasty.config;

import io.broadcasty.config.key.ConfigKey;
import io.broadcasty.config.key.ConfigSource;
import io.broadcasty.driver.ably.AblySettings;
import io.broadcasty.driver.pusher.PusherSettings;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the settings of the drivers. */
final class DriverReader {

  private static final Set<String> KNOWN = Set.of("reverb", "pusher", "ably", "redis");

  /** Reverb takes requests of 10 000 bytes unless told otherwise (REVERB_MAX_REQUEST_SIZE). */
  private static final int REVERB_BATCH_BYTES = 9_500;

  /** Ten events of 10 KB each. */
  private static final int PUSHER_BATCH_BYTES = 100_000;

  private final SettingsReader reader;
  private final ConfigSource source;

  DriverReader(SettingsReader reader, ConfigSource source) {
    this.reader = reader;
    this.source = source;
  }

  Settings.Driver read(Settings.Store store) {
    String driver = reader.value(ConfigKeys.DRIVER, "auto");
    boolean auto = driver.equals("auto");
    boolean redis = store == Settings.Store.REDIS;
    List<String> order = auto ? order(redis) : KNOWN.contains(driver) ? List.of(driver) : List.of();
    if (driver.equals("redis") && !redis) {
      reader.fault(
          ConfigKeys.DRIVER.name()
              + ": redis needs "
              + ConfigKeys.REPLAY_STORE.name()
              + "=redis, where streams are then kept");
    }
    if (driver.equals("embedded") && redis) {
      reader.fault(
          ConfigKeys.DRIVER.name()
              + ": embedded means streams of this node alone, and "
              + ConfigKeys.REPLAY_STORE.name()
              + " is redis; choose redis or auto, or another store");
    }
    PusherSettings reverb =
        pusher(ConfigKeys.REVERB, "reverb", order.contains("reverb"), auto, REVERB_BATCH_BYTES);
    PusherSettings pusher =
        pusher(ConfigKeys.PUSHER, "pusher", order.contains("pusher"), auto, PUSHER_BATCH_BYTES);
    AblySettings ably = order.contains("ably") ? ably(auto) : null;
    List<String> configured =
        order.stream()
            .filter(
                name ->
                    switch (name) {
                      case "reverb" -> reverb != null;
                      case "pusher" -> pusher != null;
                      default -> ably != null && name.equals("ably");
                    })
            .toList();
    return new Settings.Driver(
        driver,
        configured,
        driver.equals("null") ? driver : redis ? "redis" : "embedded",
        reverb,
        pusher,
        ably,
        reader.value(ConfigKeys.DRIVER_TIMEOUT, java.time.Duration.ofSeconds(1)),
        reader.value(ConfigKeys.DRIVER_PROBE_INTERVAL, java.time.Duration.ofSeconds(5)),
        Math.toIntExact(reader.value(ConfigKeys.DRIVER_WORKERS, 1L)));
  }

  /** Up to Redis, when streams are there: it is always as healthy as Broadcasty itself. */
  private List<String> order(boolean redis) {
    List<String> order = new ArrayList<>();
    boolean ended = false;
    for (String name : reader.value(ConfigKeys.AUTO_ORDER, List.of())) {
      if (!KNOWN.contains(name) || order.contains(name)) {
        reader.fault(
            ConfigKeys.AUTO_ORDER.name()
                + " (or "
                + ConfigKeys.AUTO_ORDER.environmentName()
                + "): `"
                + name
                + (KNOWN.contains(name)
                    ? "` stands there twice"
                    : "` is none of reverb, pusher, ably, redis"));
      } else if (name.equals("redis")) {
        ended |= redis;
      } else if (!ended) {
        order.add(name);
      }
    }
    return order;
  }

  private @Nullable PusherSettings pusher(
      PusherKeys keys, String name, boolean wanted, boolean mayBeMissing, int batchBytes) {
    List<ConfigKey<String>> missing =
        keys.required().stream().filter(key -> text(key).isEmpty()).toList();
    if (!wanted || (mayBeMissing && missing.size() == keys.required().size())) {
      return null;
    }
    missing.forEach(key -> faultOfMissing(key, name));
    String scheme = text(keys.scheme()).orElse("https");
    Optional<String> port = text(keys.port());
    String appId = text(keys.appId()).orElse("");
    String key = text(keys.appKey()).orElse("");
    String host = text(keys.host()).orElse("");
    int before = reader.faults();
    check(keys.scheme(), scheme, "https?", "https or http");
    port.ifPresent(number -> check(keys.port(), number, "[0-9]{1,5}", "a number up to 65535"));
    if (missing.isEmpty()) {
      check(keys.appId(), appId, "[A-Za-z0-9_.-]+", "an application's id");
      check(keys.appKey(), key, "[A-Za-z0-9_.-]+", "an application's key");
      check(
          keys.host(),
          host,
          "[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+]",
          "a host without scheme, port and path, such as " + keys.host().example());
    }
    if (!missing.isEmpty() || reader.faults() > before) {
      return null;
    }
    return new PusherSettings(
        name,
        URI.create(scheme + "://" + host + port.map(number -> ":" + number).orElse("")),
        appId,
        key,
        text(keys.appSecret()).orElse(""),
        batchBytes);
  }

  private @Nullable AblySettings ably(boolean mayBeMissing) {
    Optional<String> key = text(ConfigKeys.ABLY_KEY);
    if (key.isEmpty()) {
      if (!mayBeMissing) {
        faultOfMissing(ConfigKeys.ABLY_KEY, "ably");
      }
      return null;
    }
    int before = reader.faults();
    check(ConfigKeys.ABLY_KEY, key.get(), "[^:\\s]+:[^:\\s]+", "a key's name, a colon, its secret");
    String url = reader.value(ConfigKeys.ABLY_URL, "").replaceAll("/+$", "");
    check(ConfigKeys.ABLY_URL, url, "https?://[^\\s/?#]+", "an address without a path");
    if (reader.faults() > before) {
      return null;
    }
    int colon = key.get().indexOf(':');
    return new AblySettings(
        URI.create(url), key.get().substring(0, colon), key.get().substring(colon + 1));
  }

  private void check(ConfigKey<?> key, String text, String pattern, String expected) {
    if (!text.matches(pattern)) {
      reader.fault(
          key.name() + " (or " + PusherKeys.variable(key) + "): " + expected + " is expected");
    }
  }

  private void faultOfMissing(ConfigKey<?> key, String provider) {
    reader.fault(
        PusherKeys.variable(key)
            + " (or "
            + key.name()
            + ") is missing, which the driver "
            + provider
            + " needs; for example "
            + key.example());
  }

  /** What is set, by the key's own name or by the variable of the provider's tools. */
  private Optional<String> text(ConfigKey<?> key) {
    return source
        .get(key.name())
        .filter(text -> !text.isBlank())
        .or(() -> source.get(PusherKeys.variable(key)))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }
}
