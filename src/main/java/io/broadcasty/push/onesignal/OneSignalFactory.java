package io.broadcasty.push.onesignal;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.provider.PushConfigKeys;
import io.broadcasty.push.provider.PushProviderFactory;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Creates the OneSignal provider from {@code broadcasty.onesignal} and {@code
 * broadcasty.push.onesignal.*}.
 */
public final class OneSignalFactory implements PushProviderFactory {

  private static final String SERVICE = OneSignalProvider.SERVICE.name();

  static final ConfigKey<Boolean> ENABLED =
      PushConfigKeys.enabled(SERVICE, "Sends notifications through OneSignal.");

  static final ConfigKey<String> APP_ID =
      PushConfigKeys.text(
          SERVICE,
          "app-id",
          "3fa85f64-5717-4562-b3fc-2c963f66afa6",
          "Id of the OneSignal app, a UUID. Required with broadcasty.onesignal=true. Falls back to"
              + " the variable ONESIGNAL_APP_ID.");

  static final ConfigKey<String> API_KEY =
      PushConfigKeys.text(
          SERVICE,
          "api-key",
          "os_v2_app_secret",
          "API key of the OneSignal app. Required with broadcasty.onesignal=true. Falls back to the"
              + " variable ONESIGNAL_API_KEY.");

  static final ConfigKey<String> URL =
      PushConfigKeys.url(
          SERVICE,
          "https://api.onesignal.com",
          "Base URL of the OneSignal API. Change it only to test against a fake server.");

  static final ConfigKey<Duration> TIMEOUT = PushConfigKeys.timeout(SERVICE);

  @Override
  public PushService service() {
    return OneSignalProvider.SERVICE;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(ENABLED, APP_ID, API_KEY, URL, TIMEOUT);
  }

  @Override
  public @Nullable Opener read(ConfigValues values) {
    OneSignalSettings settings = settings(values);
    return settings == null
        ? null
        : (threads, ticker, clock) -> new OneSignalProvider(settings, clock, threads);
  }

  /** Reads the settings; null when OneSignal is disabled, or after a fault. */
  static @Nullable OneSignalSettings settings(ConfigValues values) {
    if (!values.value(ENABLED, false)) {
      return null;
    }
    String because = ENABLED.name() + "=true";
    String appId = values.required(APP_ID, "ONESIGNAL_APP_ID", because);
    String key = values.required(API_KEY, "ONESIGNAL_API_KEY", because);
    URI url = values.url(URL);
    Duration timeout = values.value(TIMEOUT, PushConfigKeys.DEFAULT_TIMEOUT);
    if (appId == null || key == null || url == null) {
      return null;
    }
    UUID app = values.create(APP_ID, () -> uuid(appId));
    return app == null
        ? null
        : values.create(API_KEY, () -> new OneSignalSettings(app, key, url, timeout));
  }

  private static UUID uuid(String text) {
    if (!text.matches("[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")) {
      throw new IllegalArgumentException("must be a UUID");
    }
    return UUID.fromString(text);
  }
}
