package io.broadcasty.config;

import io.broadcasty.config.key.ConfigKey;
import io.broadcasty.config.key.ConfigType;
import java.time.Duration;
import java.util.List;

/**
 * The keys of the push services; they stand in the table of {@link ConfigKeys}. Where a meaning
 * begins with "Else", the variable named is taken when the key is not set.
 */
public final class PushKeys {

  private static final ConfigType<Duration> TIMEOUT =
      ConfigType.duration(Duration.ofMillis(100), Duration.ofSeconds(20));

  public static final ConfigKey<Boolean> WEBPUSH =
      flag("broadcasty.webpush", "Whether notifications are sent to browsers, by Web Push.");

  public static final ConfigKey<String> VAPID_SUBJECT =
      text(
          "webpush.vapid-subject",
          "mailto:ops@example.com",
          "How the operators of push services reach you: mailto: or https://. Else WEBPUSH_VAPID_SUBJECT.");

  public static final ConfigKey<String> VAPID_PUBLIC_KEY =
      text(
          "webpush.vapid-public-key",
          "BP4z9Ks…ru3jl7A8",
          "By which push services and browsers know the sender, in base64url (docs/operations.md tells how to make a pair). Else WEBPUSH_VAPID_PUBLIC_KEY.");

  public static final ConfigKey<String> VAPID_PRIVATE_KEY =
      text(
          "webpush.vapid-private-key",
          "yfWPiYE…AELtAQ-oRw",
          "The secret of the pair, in base64url. Else WEBPUSH_VAPID_PRIVATE_KEY.");

  public static final ConfigKey<List<String>> WEBPUSH_HOSTS =
      new ConfigKey<>(
          "broadcasty.push.webpush.allowed-hosts",
          ConfigType.LIST,
          null,
          "fcm.googleapis.com,*.push.apple.com,http://localhost:9090",
          "To which hosts of push services it is sent; unset, to every public one. A host or *.domain is taken by https at public addresses, an origin as it stands, wherever it is.");

  public static final ConfigKey<Duration> WEBPUSH_TIMEOUT = timeout("webpush");

  public static final ConfigKey<Boolean> FCM =
      flag("broadcasty.fcm", "Whether notifications are sent through Firebase Cloud Messaging.");

  public static final ConfigKey<String> FCM_SERVICE_ACCOUNT =
      text(
          "fcm.service-account",
          "/etc/broadcasty/firebase.json",
          "The service account of the Firebase project: the file, or its JSON itself. Else FCM_SERVICE_ACCOUNT.");

  public static final ConfigKey<String> FCM_URL =
      url("fcm", "https://fcm.googleapis.com", "Where FCM is.");

  public static final ConfigKey<Duration> FCM_TIMEOUT = timeout("fcm");

  public static final ConfigKey<Boolean> APNS =
      flag(
          "broadcasty.apns",
          "Whether notifications are sent through the Apple Push Notification service.");

  public static final ConfigKey<String> APNS_KEY =
      text(
          "apns.key",
          "/etc/broadcasty/AuthKey_ABC123DEFG.p8",
          "The signing key as Apple gave it: the file, or its PEM itself. Else APNS_P8_PATH.");

  public static final ConfigKey<String> APNS_KEY_ID =
      text("apns.key-id", "ABC123DEFG", "The key's id. Else APNS_KEY_ID.");

  public static final ConfigKey<String> APNS_TEAM_ID =
      text("apns.team-id", "DEF123GHIJ", "The team's id. Else APNS_TEAM_ID.");

  public static final ConfigKey<String> APNS_TOPIC =
      text("apns.topic", "com.example.app", "The app's bundle id. Else APNS_BUNDLE_ID.");

  public static final ConfigKey<Boolean> APNS_SANDBOX =
      new ConfigKey<>(
          "broadcasty.push.apns.sandbox",
          ConfigType.FLAG,
          null,
          "true",
          "Whether to send to the sandbox, where apps from Xcode register. Else APNS_SANDBOX, else false.");

  public static final ConfigKey<String> APNS_SERVER =
      text(
          "apns.server",
          "localhost:2197",
          "Where APNs is, as host and port; unset, Apple's own of production or sandbox.");

  public static final ConfigKey<String> APNS_TRUST =
      text(
          "apns.trust",
          "/etc/broadcasty/apns-ca.pem",
          "A file with the certificate from which the server's must come; unset, the JDK's own are trusted.");

  public static final ConfigKey<Duration> APNS_TIMEOUT = timeout("apns");

  public static final ConfigKey<Boolean> ONESIGNAL =
      flag("broadcasty.onesignal", "Whether notifications are sent through OneSignal.");

  public static final ConfigKey<String> ONESIGNAL_APP_ID =
      text(
          "onesignal.app-id",
          "3fa85f64-5717-4562-b3fc-2c963f66afa6",
          "The app's id. Else ONESIGNAL_APP_ID.");

  public static final ConfigKey<String> ONESIGNAL_API_KEY =
      text("onesignal.api-key", "os_v2_app_secret", "The app's API key. Else ONESIGNAL_API_KEY.");

  public static final ConfigKey<String> ONESIGNAL_URL =
      url("onesignal", "https://api.onesignal.com", "Where OneSignal is.");

  public static final ConfigKey<Duration> ONESIGNAL_TIMEOUT = timeout("onesignal");

  private PushKeys() {}

  private static ConfigKey<Boolean> flag(String name, String meaning) {
    return new ConfigKey<>(name, ConfigType.FLAG, "false", "true", meaning);
  }

  private static ConfigKey<String> text(String name, String example, String meaning) {
    return new ConfigKey<>("broadcasty.push." + name, ConfigType.TEXT, null, example, meaning);
  }

  private static ConfigKey<String> url(String service, String usual, String meaning) {
    return new ConfigKey<>(
        "broadcasty.push." + service + ".base-url",
        ConfigType.TEXT,
        usual,
        "http://localhost:9090",
        meaning);
  }

  private static ConfigKey<Duration> timeout(String service) {
    return new ConfigKey<>(
        "broadcasty.push." + service + ".timeout",
        TIMEOUT,
        "10s",
        "5s",
        "How long one notification may take, after which it is tried again.");
  }
}
