package io.broadcasty.config;

import io.broadcasty.config.key.ConfigKey;
import io.broadcasty.config.key.ConfigSource;
import io.broadcasty.config.key.ConfigType;
import io.broadcasty.push.apns.ApnsSettings;
import io.broadcasty.push.fcm.FcmSettings;
import io.broadcasty.push.fcm.ServiceAccount;
import io.broadcasty.push.onesignal.OneSignalSettings;
import io.broadcasty.push.webpush.VapidKeys;
import io.broadcasty.push.webpush.WebPushSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes {@link PushVendors} of what is configured; a part of {@link SettingsReader}. */
final class PushVendorsReader {

  private static final String LEGACY_KEY = "FCM_SERVER_KEY";
  private static final int MAX_FILE_BYTES = 100_000;

  private final ConfigSource source;
  private final List<String> faults;
  private final List<String> notices = new ArrayList<>();

  /**
   * @param faults takes a sentence for each
   */
  PushVendorsReader(ConfigSource source, List<String> faults) {
    this.source = source;
    this.faults = faults;
  }

  PushVendors read() {
    return new PushVendors(
        isOn(PushKeys.WEBPUSH) ? webPush() : null,
        isOn(PushKeys.FCM) ? fcm() : null,
        isOn(PushKeys.APNS) ? apns() : null,
        isOn(PushKeys.ONESIGNAL) ? oneSignal() : null,
        notices);
  }

  private @Nullable WebPushSettings webPush() {
    String subject = required(PushKeys.VAPID_SUBJECT, "WEBPUSH_VAPID_SUBJECT", PushKeys.WEBPUSH);
    String publicKey =
        required(PushKeys.VAPID_PUBLIC_KEY, "WEBPUSH_VAPID_PUBLIC_KEY", PushKeys.WEBPUSH);
    String privateKey =
        required(PushKeys.VAPID_PRIVATE_KEY, "WEBPUSH_VAPID_PRIVATE_KEY", PushKeys.WEBPUSH);
    List<String> hosts = optional(PushKeys.WEBPUSH_HOSTS).orElse(List.of());
    Duration timeout = timeout(PushKeys.WEBPUSH_TIMEOUT);
    if (subject == null || publicKey == null || privateKey == null) {
      return null;
    }
    VapidKeys keys =
        checked(PushKeys.VAPID_PUBLIC_KEY, () -> VapidKeys.parse(publicKey, privateKey));
    if (keys == null) {
      return null;
    }
    return checked(
        subject.contains(":") && !hosts.isEmpty() ? PushKeys.WEBPUSH_HOSTS : PushKeys.VAPID_SUBJECT,
        () -> new WebPushSettings(subject, keys, hosts, timeout));
  }

  private @Nullable FcmSettings fcm() {
    boolean legacy = source.get(LEGACY_KEY).filter(text -> !text.isBlank()).isPresent();
    String ended =
        LEGACY_KEY
            + ": server keys do not work any more, since Google has ended the legacy API of FCM;"
            + " it is sent with "
            + PushKeys.FCM_SERVICE_ACCOUNT.name()
            + " (or FCM_SERVICE_ACCOUNT), the file from the Firebase console: Project settings,"
            + " Service accounts, Generate new private key";
    Optional<String> text = text(PushKeys.FCM_SERVICE_ACCOUNT, "FCM_SERVICE_ACCOUNT");
    if (legacy) {
      (text.isPresent() ? notices : faults).add(ended);
    } else if (text.isEmpty()) {
      missing(PushKeys.FCM_SERVICE_ACCOUNT, "FCM_SERVICE_ACCOUNT", PushKeys.FCM);
    }
    URI url = url(PushKeys.FCM_URL);
    Duration timeout = timeout(PushKeys.FCM_TIMEOUT);
    String json = text.map(given -> content(PushKeys.FCM_SERVICE_ACCOUNT, given, "{")).orElse(null);
    if (json == null || url == null) {
      return null;
    }
    ServiceAccount account =
        checked(PushKeys.FCM_SERVICE_ACCOUNT, () -> ServiceAccount.parse(json));
    return account == null ? null : new FcmSettings(account, url, timeout);
  }

  private @Nullable ApnsSettings apns() {
    String key = required(PushKeys.APNS_KEY, "APNS_P8_PATH", PushKeys.APNS);
    String keyId = required(PushKeys.APNS_KEY_ID, "APNS_KEY_ID", PushKeys.APNS);
    String teamId = required(PushKeys.APNS_TEAM_ID, "APNS_TEAM_ID", PushKeys.APNS);
    String topic = required(PushKeys.APNS_TOPIC, "APNS_BUNDLE_ID", PushKeys.APNS);
    String server = server();
    X509Certificate trusted = trusted();
    Duration timeout = timeout(PushKeys.APNS_TIMEOUT);
    String p8 = key == null ? null : content(PushKeys.APNS_KEY, key, "-----BEGIN");
    if (p8 == null || keyId == null || teamId == null || topic == null || server == null) {
      return null;
    }
    var signing = checked(PushKeys.APNS_KEY, () -> ApnsSettings.key(p8, teamId, keyId));
    if (signing == null) {
      return null;
    }
    int colon = server.lastIndexOf(':');
    return checked(
        PushKeys.APNS_TOPIC,
        () ->
            new ApnsSettings(
                signing,
                topic,
                server.substring(0, colon),
                Integer.parseInt(server.substring(colon + 1)),
                trusted,
                timeout));
  }

  private @Nullable String server() {
    Optional<String> server = optional(PushKeys.APNS_SERVER);
    if (server.isEmpty()) {
      return (sandbox() ? ApnsSettings.SANDBOX : ApnsSettings.PRODUCTION) + ":443";
    }
    if (!server.get().matches("[A-Za-z0-9.-]+:[0-9]{1,5}")) {
      fault(PushKeys.APNS_SERVER, "a host and a port are expected");
      return null;
    }
    return server.get();
  }

  private boolean sandbox() {
    Optional<Boolean> own = optional(PushKeys.APNS_SANDBOX);
    String reference = source.get("APNS_SANDBOX").map(String::strip).orElse("");
    if (own.isPresent() || reference.isEmpty()) {
      return own.orElse(false);
    }
    try {
      return ConfigType.FLAG.parse(reference);
    } catch (IllegalArgumentException e) {
      faults.add("APNS_SANDBOX: " + e.getMessage());
      return false;
    }
  }

  private @Nullable X509Certificate trusted() {
    String path = optional(PushKeys.APNS_TRUST).orElse(null);
    String pem = path == null ? null : content(PushKeys.APNS_TRUST, path, "-----BEGIN");
    if (pem == null) {
      return null;
    }
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    } catch (CertificateException e) {
      fault(PushKeys.APNS_TRUST, "there is no certificate in it");
      return null;
    }
  }

  private @Nullable OneSignalSettings oneSignal() {
    String appId = required(PushKeys.ONESIGNAL_APP_ID, "ONESIGNAL_APP_ID", PushKeys.ONESIGNAL);
    String key = required(PushKeys.ONESIGNAL_API_KEY, "ONESIGNAL_API_KEY", PushKeys.ONESIGNAL);
    URI url = url(PushKeys.ONESIGNAL_URL);
    Duration timeout = timeout(PushKeys.ONESIGNAL_TIMEOUT);
    if (appId == null || key == null || url == null) {
      return null;
    }
    UUID app = checked(PushKeys.ONESIGNAL_APP_ID, () -> uuid(appId));
    return app == null
        ? null
        : checked(PushKeys.ONESIGNAL_API_KEY, () -> new OneSignalSettings(app, key, url, timeout));
  }

  private static UUID uuid(String text) {
    if (!text.matches("[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")) {
      throw new IllegalArgumentException("the app's id is a UUID");
    }
    return UUID.fromString(text);
  }

  /** What is given as it is, or is in the file of the name given. */
  private @Nullable String content(ConfigKey<?> key, String given, String beginning) {
    if (given.strip().startsWith(beginning)) {
      return given;
    }
    try {
      Path file = Path.of(given.strip());
      if (Files.size(file) <= MAX_FILE_BYTES) {
        return Files.readString(file);
      }
      fault(key, "the file is too long to be what is expected");
    } catch (IOException | InvalidPathException e) {
      fault(
          key,
          "it names no file that can be read as text ("
              + e.getClass().getSimpleName()
              + ") and does not begin with "
              + beginning);
    }
    return null;
  }

  private @Nullable URI url(ConfigKey<String> key) {
    String text = optional(key).orElse("").replaceAll("/+$", "");
    if (!text.matches("https?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~/-]*)?")) {
      fault(key, "an http or https address without a query is expected");
      return null;
    }
    return checked(key, () -> URI.create(text));
  }

  private boolean isOn(ConfigKey<Boolean> key) {
    return optional(key).orElse(false);
  }

  private Duration timeout(ConfigKey<Duration> key) {
    return optional(key).orElse(Duration.ofSeconds(10));
  }

  private @Nullable String required(
      ConfigKey<String> key, String variable, ConfigKey<Boolean> service) {
    String text = text(key, variable).orElse(null);
    if (text == null) {
      missing(key, variable, service);
    }
    return text;
  }

  private void missing(ConfigKey<String> key, String variable, ConfigKey<Boolean> service) {
    fault(key, "is missing (" + variable + " will do too), though " + service.name() + "=true");
  }

  private Optional<String> text(ConfigKey<String> key, String variable) {
    return optional(key)
        .or(() -> source.get(variable))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }

  private <T> Optional<T> optional(ConfigKey<T> key) {
    try {
      return key.read(source);
    } catch (IllegalArgumentException e) {
      fault(key, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private <T> @Nullable T checked(ConfigKey<?> key, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      fault(key, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void fault(ConfigKey<?> key, String what) {
    faults.add(
        key.name()
            + " (or "
            + key.environmentName()
            + "): "
            + what
            + "; for example "
            + key.example());
  }
}
