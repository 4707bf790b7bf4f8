package io.broadcasty.push.apns;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.provider.PushConfigKeys;
import io.broadcasty.push.provider.PushProviderFactory;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates the APNs provider from {@code broadcasty.apns} and {@code broadcasty.push.apns.*}. */
public final class ApnsFactory implements PushProviderFactory {

  private static final String SERVICE = ApnsProvider.SERVICE.name();
  private static final String SANDBOX_VARIABLE = "APNS_SANDBOX";

  static final ConfigKey<Boolean> ENABLED =
      PushConfigKeys.enabled(
          SERVICE,
          "Sends notifications to Apple devices through the Apple Push Notification service"
              + " (APNs).");

  static final ConfigKey<String> KEY =
      PushConfigKeys.text(
          SERVICE,
          "key",
          "/etc/broadcasty/AuthKey_ABC123DEFG.p8",
          "APNs signing key as Apple issues it: the path of the .p8 file, or its PEM text. Required"
              + " with broadcasty.apns=true. Falls back to the variable APNS_P8_PATH.");

  static final ConfigKey<String> KEY_ID =
      PushConfigKeys.text(
          SERVICE,
          "key-id",
          "ABC123DEFG",
          "Id of the APNs signing key, ten characters. Required with broadcasty.apns=true. Falls"
              + " back to the variable APNS_KEY_ID.");

  static final ConfigKey<String> TEAM_ID =
      PushConfigKeys.text(
          SERVICE,
          "team-id",
          "DEF123GHIJ",
          "Id of the Apple developer team, ten characters. Required with broadcasty.apns=true."
              + " Falls back to the variable APNS_TEAM_ID.");

  static final ConfigKey<String> TOPIC =
      PushConfigKeys.text(
          SERVICE,
          "topic",
          "com.example.app",
          "Bundle id of the app that receives notifications through APNs. Required with"
              + " broadcasty.apns=true. Falls back to the variable APNS_BUNDLE_ID.");

  static final ConfigKey<Boolean> SANDBOX =
      new ConfigKey<>(
          ApnsSettings.SANDBOX_KEY,
          ConfigType.FLAG,
          null,
          "true",
          "Sends to the APNs sandbox, where apps installed by Xcode register, instead of"
              + " production. Falls back to the variable APNS_SANDBOX, then to false.");

  static final ConfigKey<String> SERVER =
      PushConfigKeys.text(
          SERVICE,
          "server",
          "localhost:2197",
          "Host and port of the APNs server. If unset, Apple's production or sandbox server, as"
              + " broadcasty.push.apns.sandbox says.");

  static final ConfigKey<String> TRUST =
      PushConfigKeys.text(
          SERVICE,
          "trust",
          "/etc/broadcasty/apns-ca.pem",
          "PEM certificate that must have issued the certificate of broadcasty.push.apns.server:"
              + " the path of a file, or its text. If unset, the certificate authorities of the JDK"
              + " are trusted.");

  static final ConfigKey<Duration> TIMEOUT = PushConfigKeys.timeout(SERVICE);

  @Override
  public PushService service() {
    return ApnsProvider.SERVICE;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(ENABLED, KEY, KEY_ID, TEAM_ID, TOPIC, SANDBOX, SERVER, TRUST, TIMEOUT);
  }

  @Override
  public @Nullable Opener read(ConfigValues values) {
    ApnsSettings settings = settings(values);
    return settings == null
        ? null
        : (threads, ticker, clock) -> new ApnsProvider(settings, clock, threads);
  }

  /** Reads the settings; null when APNs is disabled, or after a fault. */
  static @Nullable ApnsSettings settings(ConfigValues values) {
    if (!values.value(ENABLED, false)) {
      return null;
    }
    String because = ENABLED.name() + "=true";
    String key = values.required(KEY, "APNS_P8_PATH", because);
    String keyId = values.required(KEY_ID, "APNS_KEY_ID", because);
    String teamId = values.required(TEAM_ID, "APNS_TEAM_ID", because);
    String topic = values.required(TOPIC, "APNS_BUNDLE_ID", because);
    String server = server(values);
    X509Certificate trusted = trusted(values);
    Duration timeout = values.value(TIMEOUT, PushConfigKeys.DEFAULT_TIMEOUT);
    String p8 = key == null ? null : values.textOrFile(KEY, key, "-----BEGIN");
    if (p8 == null || keyId == null || teamId == null || topic == null || server == null) {
      return null;
    }
    var signing = values.create(KEY, () -> ApnsSettings.key(p8, teamId, keyId));
    if (signing == null) {
      return null;
    }
    int colon = server.lastIndexOf(':');
    return values.create(
        TOPIC,
        () ->
            new ApnsSettings(
                signing,
                topic,
                server.substring(0, colon),
                Integer.parseInt(server.substring(colon + 1)),
                trusted,
                timeout));
  }

  private static @Nullable String server(ConfigValues values) {
    Optional<String> server = values.optional(SERVER);
    if (server.isEmpty()) {
      return (sandbox(values) ? ApnsSettings.SANDBOX : ApnsSettings.PRODUCTION) + ":443";
    }
    if (!server.get().matches("[A-Za-z0-9.-]+:[0-9]{1,5}")) {
      values.fault(SERVER, "must be a host and a port");
      return null;
    }
    return server.get();
  }

  private static boolean sandbox(ConfigValues values) {
    Optional<Boolean> own = values.optional(SANDBOX);
    Optional<String> variable = values.variable(SANDBOX_VARIABLE);
    if (own.isPresent() || variable.isEmpty()) {
      return own.orElse(false);
    }
    try {
      return ConfigType.FLAG.parse(variable.get());
    } catch (IllegalArgumentException e) {
      values.fault(SANDBOX_VARIABLE + ": " + e.getMessage());
      return false;
    }
  }

  private static @Nullable X509Certificate trusted(ConfigValues values) {
    String path = values.optional(TRUST).orElse(null);
    String pem = path == null ? null : values.textOrFile(TRUST, path, "-----BEGIN");
    if (pem == null) {
      return null;
    }
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    } catch (CertificateException e) {
      values.fault(TRUST, "the file contains no certificate");
      return null;
    }
  }
}
