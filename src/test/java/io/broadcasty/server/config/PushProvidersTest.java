package io.broadcasty.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Pem;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.push.provider.PushProviderFactory;
import io.broadcasty.push.webpush.VapidKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the settings of the shipped push services, read together as at start-up. */
class PushProvidersTest {

  private final ConfigMap config = new ConfigMap();
  private final Map<String, String> values = config.texts;
  private final List<String> faults = config.faults;
  private List<String> notices = List.of();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void servicesAreOffByDefault() {
    assertEquals(List.of(), read());
    assertEquals(List.of(), faults);
  }

  @Test
  void namesMissingKeysAndVariables() {
    for (String service : List.of("webpush", "fcm", "apns", "onesignal")) {
      values.put("broadcasty." + service, "true");
    }
    read();
    for (String variable :
        List.of(
            "WEBPUSH_VAPID_SUBJECT",
            "WEBPUSH_VAPID_PUBLIC_KEY",
            "WEBPUSH_VAPID_PRIVATE_KEY",
            "FCM_SERVICE_ACCOUNT",
            "APNS_KEY_ID",
            "APNS_TEAM_ID",
            "APNS_P8_PATH",
            "APNS_BUNDLE_ID",
            "ONESIGNAL_APP_ID",
            "ONESIGNAL_API_KEY")) {
      assertTrue(
          faults.stream()
              .anyMatch(fault -> fault.contains("set it or the variable " + variable + ";")),
          () -> variable + ": " + faults);
    }
    assertEquals(10, faults.size(), faults.toString());
  }

  @Test
  void theVariablesOfTheReferenceWork() throws Exception {
    VapidKeys keys = VapidKeys.generate();
    values.put("broadcasty.webpush", "true");
    values.put("WEBPUSH_VAPID_SUBJECT", "mailto:ops@example.com");
    values.put("WEBPUSH_VAPID_PUBLIC_KEY", keys.publicKeyText());
    values.put("WEBPUSH_VAPID_PRIVATE_KEY", keys.privateKeyText());
    values.put("broadcasty.apns", "true");
    values.put("APNS_KEY_ID", "KEY4567890");
    values.put("APNS_TEAM_ID", "TEAM567890");
    values.put(
        "APNS_P8_PATH",
        Files.writeString(folder.resolve("k.p8"), Pem.newEcKey("secp256r1")).toString());
    values.put("APNS_BUNDLE_ID", "com.example.app");
    values.put("APNS_SANDBOX", "true");
    values.put("broadcasty.onesignal", "true");
    values.put("ONESIGNAL_APP_ID", "3fa85f64-5717-4562-b3fc-2c963f66afa6");
    values.put("ONESIGNAL_API_KEY", "hush-hush");
    assertEquals(List.of("webpush", "apns", "onesignal"), read());
    assertEquals(List.of(), faults);
  }

  @Test
  void theEndedKeyOfFcmIsExplained() {
    values.put("broadcasty.fcm", "true");
    values.put("FCM_SERVER_KEY", "AAAAhush");
    read();
    assertEquals(1, faults.size(), faults.toString());
    assertTrue(faults.get(0).contains("ended the legacy API"), faults.toString());
    assertFalse(faults.get(0).contains("hush"), faults.toString());
    values.put("broadcasty.push.fcm.service-account", "{}");
    read();
    assertEquals(1, notices.size());
  }

  @Test
  void namesTheKeyOfAnUnreadableFile() throws Exception {
    values.put("broadcasty.fcm", "true");
    values.put("broadcasty.push.fcm.service-account", folder.resolve("absent.json").toString());
    read();
    assertTrue(faults.get(0).contains("NoSuchFileException"), faults.toString());
    Path cut = Files.writeString(folder.resolve("cut.json"), "{\"type\":\"service_acc");
    values.put("broadcasty.push.fcm.service-account", cut.toString());
    read();
    assertTrue(faults.get(0).contains("cut off"), faults.toString());
    values.clear();
    values.put("broadcasty.apns", "true");
    values.put("APNS_P8_PATH", cut.toString());
    values.put("APNS_KEY_ID", "KEY4567890");
    values.put("APNS_TEAM_ID", "TEAM567890");
    values.put("APNS_BUNDLE_ID", "com.example.app");
    values.put("broadcasty.push.apns.server", "localhost");
    values.put("broadcasty.push.apns.trust", cut.toString());
    read();
    assertEquals(2, faults.size(), faults.toString());
    values.remove("broadcasty.push.apns.server");
    read();
    assertTrue(faults.toString().contains("broadcasty.push.apns.key (or"), faults.toString());
  }

  @Test
  void namesTheKeyOfAnInvalidValue() {
    VapidKeys keys = VapidKeys.generate();
    values.put("broadcasty.webpush", "true");
    values.put("WEBPUSH_VAPID_SUBJECT", "ops@example.com");
    values.put("WEBPUSH_VAPID_PUBLIC_KEY", keys.publicKeyText());
    values.put("WEBPUSH_VAPID_PRIVATE_KEY", VapidKeys.generate().privateKeyText());
    read();
    assertEquals(2, faults.size(), faults.toString());
    assertTrue(faults.get(1).startsWith("broadcasty.push.webpush.vapid-public-key"));
    values.put("WEBPUSH_VAPID_PRIVATE_KEY", keys.privateKeyText());
    read();
    assertTrue(faults.get(0).startsWith("broadcasty.push.webpush.vapid-subject"));
    values.put("broadcasty.push.webpush.allowed-hosts", "push.example.com");
    values.put("WEBPUSH_VAPID_SUBJECT", "mailto:x@localhost");
    read();
    assertTrue(faults.get(0).startsWith("broadcasty.push.webpush.vapid-subject"));
    values.put("WEBPUSH_VAPID_SUBJECT", "mailto:ops@example.com");
    values.put("broadcasty.push.webpush.allowed-hosts", "https://a/b");
    read();
    assertTrue(faults.get(0).startsWith("broadcasty.push.webpush.allowed-hosts"));
    values.clear();
    values.put("broadcasty.onesignal", "true");
    values.put("ONESIGNAL_APP_ID", "7");
    values.put("ONESIGNAL_API_KEY", "key");
    values.put("broadcasty.push.onesignal.base-url", "ftp://x");
    read();
    assertTrue(faults.get(0).startsWith("broadcasty.push.onesignal.base-url"));
    values.remove("broadcasty.push.onesignal.base-url");
    read();
    assertTrue(faults.get(0).startsWith("broadcasty.push.onesignal.app-id"));
  }

  /** Returns the names of the enabled services. */
  private List<String> read() {
    ConfigValues reader = config.values();
    List<String> on = new ArrayList<>();
    for (PushProviderFactory provider : Providers.SHIPPED.pushes()) {
      PushProviderFactory.Opener opener = provider.read(reader);
      if (opener != null) {
        on.add(provider.service().name());
        assertFalse(opener.toString().contains("hush"), opener.toString());
      }
    }
    notices = reader.notices();
    return on;
  }
}
