package io.broadcasty.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppFeatures;
import io.broadcasty.core.app.Apps;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AppReaderTest {

  private static final Map<String, String> VALID =
      Map.of(
          "broadcasty.dev", "true",
          "broadcasty.apps.1001.key", "abc",
          "broadcasty.apps.1001.secret", "s3cret",
          "broadcasty.apps.1001.tenant", "acme");

  private static Apps read(Map<String, String> more) {
    ConfigMap configuration = new ConfigMap();
    configuration.texts.putAll(VALID);
    configuration.texts.putAll(more);
    return SettingsReader.read(configuration).apps();
  }

  private static void assertFault(String fault, Map<String, String> more) {
    InvalidConfigurationException refused =
        assertThrows(InvalidConfigurationException.class, () -> read(more));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains(fault), message);
    assertFalse(message.contains("s3cret"), "a secret is shown");
  }

  @Test
  void readsApps() {
    App app = read(Map.of()).byKey("abc");
    assertNotNull(app);
    assertEquals("1001", app.id());
    assertEquals("acme", app.tenant().value());
    assertFalse(app.clientEvents());
    assertTrue(app.repeatsRefused());
    assertEquals(10_240, app.maxDataBytes());
  }

  @Test
  void readsVariablesAndNamesThatServersDeriveFromThem() {
    Apps apps =
        read(
            Map.of(
                "BROADCASTY_APPS_2_KEY", "other",
                "broadcasty.apps.2.key", "other",
                "BROADCASTY_APPS_2_SECRET", "s3cret",
                "BROADCASTY_APPS_2_TENANT", "beta",
                "BROADCASTY_APPS_2_CLIENT_EVENTS", "true",
                "broadcasty.apps.2.client.events", "true"));
    App app = apps.byKey("other");
    assertNotNull(app);
    assertTrue(app.clientEvents());
  }

  @Test
  void readsTwoKeysAndAllSettings() {
    Apps apps =
        read(
            Map.of(
                "broadcasty.apps.1001.key", "abc,def",
                "broadcasty.apps.1001.secret", "s3cret,s3cret2",
                "broadcasty.apps.1001.client-events", "true",
                "broadcasty.apps.1001.repeats", "accept",
                "broadcasty.apps.1001.max-data-bytes", "100000",
                "broadcasty.apps.1001.watchlists", "true",
                "broadcasty.apps.1001.replay", "30s",
                "broadcasty.apps.2.key", "other",
                "broadcasty.apps.2.secret", "s3cret",
                "broadcasty.apps.2.tenant", "beta"));
    App app = apps.byKey("def");
    assertNotNull(app);
    assertEquals(app, apps.byId("1001"));
    assertTrue(app.clientEvents());
    assertFalse(app.repeatsRefused());
    assertEquals(100_000, app.maxDataBytes());
    assertEquals(
        new AppFeatures(false, true, Duration.ofMinutes(30), Duration.ofSeconds(30)),
        app.features());
    assertNotNull(apps.byKey("other"));
  }

  @Test
  void reportsFaultsWithoutSecrets() {
    assertFault("broadcasty.apps.7.key", Map.of("broadcasty.apps.7.secret", "s3cret"));
    assertFault("broadcasty.apps.7.tenant", Map.of("broadcasty.apps.7.key", "k"));
    assertFault("as many secrets", Map.of("broadcasty.apps.1001.key", "abc,def"));
    assertFault(
        "not more",
        Map.of(
            "broadcasty.apps.1001.key", "a,b,c",
            "broadcasty.apps.1001.secret", "s3cret,s3cret,s3cret"));
    assertFault("letters", Map.of("broadcasty.apps.1001.key", "a b"));
    assertFault("up to 20 digits", Map.of("broadcasty.apps.shop.key", "x"));
    assertFault("no such key for apps", Map.of("broadcasty.apps.1001.keys", "x"));
    assertFault("broadcasty.apps.1001.tenant", Map.of("broadcasty.apps.1001.tenant", "a b"));
    assertFault(
        "used twice",
        Map.of(
            "broadcasty.apps.2.key", "abc",
            "broadcasty.apps.2.secret", "s3cret",
            "broadcasty.apps.2.tenant", "acme"));
  }
}
