package io.broadcasty.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.jwt.JwtAuthenticator;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.provider.PushProviderFactory;
import io.broadcasty.push.webpush.VapidKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Reads the environment files of the README of Broadcasty for Laravel ({@code
 * triyatna/broadcasty-lary}), as they are written there: the minimal one, and the complete one with
 * every variable that it names.
 */
class EnvironmentFilesTest {

  private static final Path GUIDE = Path.of("docs/howto/environment.md");

  private final ConfigMap config = new ConfigMap();
  private final Map<String, String> values = config.texts;

  private static String file(String name) throws IOException {
    return Files.readString(Path.of("src/test/resources/reference", name + ".env"));
  }

  /** Reads a file as a tool does that keeps quotes around values. */
  private static Map<String, String> parse(String text) {
    Map<String, String> variables = new TreeMap<>();
    text.lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .forEach(
            line -> {
              int equals = line.indexOf('=');
              variables.put(line.substring(0, equals), line.substring(equals + 1));
            });
    return variables;
  }

  private static String withKey(String text) throws NoSuchAlgorithmException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    String key =
        Base64.getEncoder().encodeToString(generator.generateKeyPair().getPublic().getEncoded());
    return text.replace("REPLACE_ME", key);
  }

  private List<String> faults() {
    return assertThrows(InvalidConfigurationException.class, () -> SettingsReader.read(config))
        .faults();
  }

  @Test
  void theMinimalFileLacksNothingButTheKey() throws IOException {
    values.putAll(parse(file("minimal")));
    assertEquals(1, faults().size(), faults().toString());
    assertTrue(faults().get(0).contains("BROADCASTY_JWT_PUBLIC_KEY"), faults().toString());
    assertTrue(faults().get(0).contains("placeholder REPLACE_ME"), faults().toString());
  }

  @Test
  void theMinimalFileStartsTheServer() throws Exception {
    for (boolean quoted : List.of(true, false)) {
      String text = withKey(file("minimal"));
      values.putAll(parse(quoted ? text : text.replace("\"", "")));
      Settings settings = SettingsReader.read(config);
      assertTrue(settings.edge().metrics().served());
      assertEquals(List.of("*"), settings.edge().allowedOrigins());
      assertEquals(Settings.Store.MEMORY, settings.replay().store());
      assertEquals("auto", settings.relay().name());
      assertEquals(List.of(), settings.relay().order());
      assertTrue(
          new JwtAuthenticator(settings.jwt(), WallClock.system()).describeKeys().contains("RSA"));
    }
  }

  @Test
  void theCompleteFileNamesWhatIsStillToBeFilledIn() throws Exception {
    values.putAll(parse(withKey(file("complete"))));
    List<String> faults = faults();
    for (String variable :
        List.of(
            "REVERB_APP_ID",
            "REVERB_APP_KEY",
            "REVERB_APP_SECRET",
            "PUSHER_APP_ID",
            "PUSHER_APP_KEY",
            "PUSHER_APP_SECRET",
            "WEBPUSH_VAPID_PUBLIC_KEY",
            "WEBPUSH_VAPID_PRIVATE_KEY")) {
      assertEquals(
          1, faults.stream().filter(fault -> fault.contains(variable)).count(), faults.toString());
    }
    assertEquals(8, faults.size(), faults.toString());
  }

  @Test
  void theCompleteFileStartsTheServerOnceItIsFilledIn() throws Exception {
    values.putAll(parse(withKey(file("complete"))));
    VapidKeys keys = VapidKeys.generate();
    values.put("WEBPUSH_VAPID_PUBLIC_KEY", keys.publicKeyText());
    values.put("WEBPUSH_VAPID_PRIVATE_KEY", keys.privateKeyText());
    for (String provider : List.of("REVERB", "PUSHER")) {
      for (String name : List.of("_APP_ID", "_APP_KEY", "_APP_SECRET")) {
        values.put(provider + name, "1234");
      }
    }
    Settings settings = SettingsReader.read(config);
    assertEquals(List.of("reverb", "pusher", "ably"), settings.relay().order());
    assertEquals(1, settings.pushProviders().size(), "Web Push alone is on");
  }

  @Test
  void anEmptyVariableCountsAsUnset() throws Exception {
    parse(withKey(file("complete"))).keySet().forEach(name -> values.put(name, ""));
    values.putAll(parse(withKey(file("minimal"))));
    values.put("BROADCASTY_PROM", "");
    values.put("BROADCASTY_DRIVER", "");
    Settings settings = SettingsReader.read(config);
    assertTrue(settings.edge().metrics().served());
    assertEquals("auto", settings.relay().name());
    assertEquals(List.<PushProviderFactory.Opener>of(), settings.pushProviders());
  }

  @Test
  void theDriverRedisImpliesItsStoreUnlessAnotherIsNamed() {
    values.put("BROADCASTY_JWT_PUBLIC_KEY", "pem");
    values.put("BROADCASTY_DRIVER", "redis");
    assertEquals(Settings.Store.REDIS, SettingsReader.read(config).replay().store());
    values.put("BROADCASTY_REPLAY_STORE", "");
    values.put("BROADCASTY_REPLAY_FALLBACK", "database");
    assertTrue(SettingsReader.read(config).replay().queued());
    values.remove("BROADCASTY_REPLAY_FALLBACK");
    values.put("BROADCASTY_REPLAY_STORE", "database");
    assertEquals(1, faults().size(), faults().toString());
    assertTrue(faults().get(0).contains("broadcasty.replay.store is database"), faults().get(0));
  }

  @Test
  void theAddressOfMetersCanBeTurnedOff() {
    values.put("BROADCASTY_JWT_PUBLIC_KEY", "pem");
    assertTrue(SettingsReader.read(config).edge().metrics().served());
    values.put("BROADCASTY_PROM", "false");
    assertFalse(SettingsReader.read(config).edge().metrics().served());
    values.put("BROADCASTY_METRICS_PUBLIC", "true");
    assertTrue(faults().get(0).contains("broadcasty.metrics.public"), faults().toString());
  }

  @Test
  void aServerKeyOfFcmIsToldAsWithdrawn() {
    values.put("BROADCASTY_JWT_PUBLIC_KEY", "pem");
    values.put("FCM_SERVER_KEY", "AAAAhush");
    List<String> notices = SettingsReader.read(config).notices();
    assertTrue(notices.toString().contains("Google has ended"), notices.toString());
    values.put("BROADCASTY_FCM", "true");
    assertEquals(1, faults().size(), faults().toString());
    assertTrue(faults().get(0).contains("Google has ended"), faults().toString());
  }

  @Test
  void twoValuesForOneSettingAreTold() {
    values.put("BROADCASTY_JWT_PUBLIC_KEY", "pem");
    values.put("ABLY_KEY", "old:secret");
    values.put("BROADCASTY_DRIVER_ABLY_KEY", "new:secret");
    List<String> notices = SettingsReader.read(config).notices();
    assertEquals(1, notices.size(), notices.toString());
    assertTrue(notices.get(0).contains("ABLY_KEY"), notices.toString());
    assertFalse(notices.get(0).contains("secret"), notices.toString());
    values.put("BROADCASTY_DRIVER_ABLY_KEY", "old:secret");
    assertEquals(List.of(), SettingsReader.read(config).notices());
  }

  @Test
  void theGuideNamesEveryVariable() throws IOException {
    String guide = Files.readString(GUIDE);
    for (String variable : parse(file("complete")).keySet()) {
      assertTrue(guide.contains("`" + variable + "`"), variable);
    }
  }
}
