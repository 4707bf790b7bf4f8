package io.broadcasty.push.webpush;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.provider.PushConfigKeys;
import io.broadcasty.push.provider.PushProviderFactory;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Creates the Web Push provider from {@code broadcasty.webpush} and {@code
 * broadcasty.push.webpush.*}.
 */
public final class WebPushFactory implements PushProviderFactory {

  private static final String SERVICE = WebPushProvider.SERVICE.name();

  static final ConfigKey<Boolean> ENABLED =
      PushConfigKeys.enabled(SERVICE, "Sends notifications to browsers with Web Push.");

  static final ConfigKey<String> VAPID_SUBJECT =
      PushConfigKeys.text(
          SERVICE,
          "vapid-subject",
          "mailto:ops@example.com",
          "Contact address for the operators of push services: a mailto: or https: URL with a"
              + " public domain, since Apple refuses others. Required"
              + " with broadcasty.webpush=true. Falls back to the variable WEBPUSH_VAPID_SUBJECT.");

  static final ConfigKey<String> VAPID_PUBLIC_KEY =
      PushConfigKeys.text(
          SERVICE,
          "vapid-public-key",
          "BP4z9Ks…ru3jl7A8",
          "VAPID public key in base64url, by which push services and browsers identify the sender;"
              + " docs/operations.md says how to make a key pair. Required with"
              + " broadcasty.webpush=true. Falls back to the variable WEBPUSH_VAPID_PUBLIC_KEY.");

  static final ConfigKey<String> VAPID_PRIVATE_KEY =
      PushConfigKeys.text(
          SERVICE,
          "vapid-private-key",
          "yfWPiYE…AELtAQ-oRw",
          "VAPID private key in base64url, which signs requests to push services. Required with"
              + " broadcasty.webpush=true. Falls back to the variable WEBPUSH_VAPID_PRIVATE_KEY.");

  static final ConfigKey<List<String>> HOSTS =
      new ConfigKey<>(
          "broadcasty.push.webpush.allowed-hosts",
          ConfigType.LIST,
          null,
          "fcm.googleapis.com,*.push.apple.com,http://localhost:9090",
          "Hosts that Web Push messages may be sent to. A host name or *.domain allows https to"
              + " public addresses; an origin, such as http://localhost:9090, allows that one at"
              + " any address. If unset, every host with a public address is allowed over https.");

  static final ConfigKey<Duration> TIMEOUT = PushConfigKeys.timeout(SERVICE);

  @Override
  public PushService service() {
    return WebPushProvider.SERVICE;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(ENABLED, VAPID_SUBJECT, VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY, HOSTS, TIMEOUT);
  }

  @Override
  public @Nullable Opener read(ConfigValues values) {
    WebPushSettings settings = settings(values);
    return settings == null
        ? null
        : (threads, ticker, clock) -> new WebPushProvider(settings, clock, threads);
  }

  /** Reads the settings; null when Web Push is disabled, or after a fault. */
  static @Nullable WebPushSettings settings(ConfigValues values) {
    if (!values.value(ENABLED, false)) {
      return null;
    }
    String because = ENABLED.name() + "=true";
    String subject = values.required(VAPID_SUBJECT, "WEBPUSH_VAPID_SUBJECT", because);
    String publicKey = values.required(VAPID_PUBLIC_KEY, "WEBPUSH_VAPID_PUBLIC_KEY", because);
    String privateKey = values.required(VAPID_PRIVATE_KEY, "WEBPUSH_VAPID_PRIVATE_KEY", because);
    List<String> hosts = values.value(HOSTS, List.of());
    Duration timeout = values.value(TIMEOUT, PushConfigKeys.DEFAULT_TIMEOUT);
    if (subject == null || publicKey == null || privateKey == null) {
      return null;
    }
    Boolean valid =
        values.create(
            VAPID_SUBJECT,
            () -> {
              WebPushSettings.requireSubject(subject);
              return true;
            });
    VapidKeys keys = values.create(VAPID_PUBLIC_KEY, () -> VapidKeys.parse(publicKey, privateKey));
    if (keys == null || valid == null) {
      return null;
    }
    return values.create(HOSTS, () -> new WebPushSettings(subject, keys, hosts, timeout));
  }
}
