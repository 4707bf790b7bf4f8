package io.broadcasty.push.fcm;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.provider.PushConfigKeys;
import io.broadcasty.push.provider.PushProviderFactory;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates the FCM provider from {@code broadcasty.fcm} and {@code broadcasty.push.fcm.*}. */
public final class FcmFactory implements PushProviderFactory {

  private static final String SERVICE = FcmProvider.SERVICE.name();
  private static final String ACCOUNT_VARIABLE = "FCM_SERVICE_ACCOUNT";
  private static final String LEGACY_KEY = "FCM_SERVER_KEY";

  static final ConfigKey<Boolean> ENABLED =
      PushConfigKeys.enabled(
          SERVICE, "Sends notifications to apps through Firebase Cloud Messaging (FCM).");

  static final ConfigKey<String> SERVICE_ACCOUNT =
      PushConfigKeys.text(
          SERVICE,
          "service-account",
          "/etc/broadcasty/firebase.json",
          "Service account of the Firebase project: the path of its JSON file, or the JSON text."
              + " Required with broadcasty.fcm=true. Falls back to the variable"
              + " FCM_SERVICE_ACCOUNT.");

  static final ConfigKey<String> URL =
      PushConfigKeys.url(
          SERVICE,
          "https://fcm.googleapis.com",
          "Base URL of the FCM HTTP v1 API. Change it only to test against a fake server.");

  static final ConfigKey<Duration> TIMEOUT = PushConfigKeys.timeout(SERVICE);

  @Override
  public PushService service() {
    return FcmProvider.SERVICE;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(ENABLED, SERVICE_ACCOUNT, URL, TIMEOUT);
  }

  @Override
  public @Nullable Opener read(ConfigValues values) {
    FcmSettings settings = settings(values);
    return settings == null
        ? null
        : (threads, ticker, clock) -> new FcmProvider(settings, ticker, clock, threads);
  }

  /** Reads the settings; null when FCM is disabled, or after a fault. */
  static @Nullable FcmSettings settings(ConfigValues values) {
    if (!values.value(ENABLED, false)) {
      if (values.variable(LEGACY_KEY).isPresent()) {
        values.notice(legacyKeyHasEnded());
      }
      return null;
    }
    Optional<String> text = values.text(SERVICE_ACCOUNT, ACCOUNT_VARIABLE);
    boolean legacy = values.variable(LEGACY_KEY).isPresent();
    if (legacy && text.isPresent()) {
      values.notice(legacyKeyHasEnded());
    } else if (legacy) {
      values.fault(legacyKeyHasEnded());
    } else if (text.isEmpty()) {
      values.missing(SERVICE_ACCOUNT, ACCOUNT_VARIABLE, ENABLED.name() + "=true");
    }
    URI url = values.url(URL);
    Duration timeout = values.value(TIMEOUT, PushConfigKeys.DEFAULT_TIMEOUT);
    String json = text.map(given -> values.textOrFile(SERVICE_ACCOUNT, given, "{")).orElse(null);
    if (json == null || url == null) {
      return null;
    }
    ServiceAccount account = values.create(SERVICE_ACCOUNT, () -> ServiceAccount.parse(json));
    return account == null ? null : new FcmSettings(account, url, timeout);
  }

  private static String legacyKeyHasEnded() {
    return LEGACY_KEY
        + ": server keys no longer work because Google has ended the legacy API of FCM; set "
        + SERVICE_ACCOUNT.name()
        + " (or "
        + ACCOUNT_VARIABLE
        + ") to the file from the Firebase console: Project settings, Service accounts, Generate"
        + " new private key";
  }
}
