package io.broadcasty.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RelayReaderTest {

  private final ConfigMap config = new ConfigMap();
  private final Map<String, String> values = config.texts;

  {
    values.putAll(Map.of("broadcasty.jwt.public-key", "pem"));
  }

  private Settings.Relay read() {
    return SettingsReader.read(config).relay();
  }

  private String fault() {
    List<String> faults = assertThrows(InvalidConfigurationException.class, this::read).faults();
    assertEquals(1, faults.size(), faults::toString);
    return faults.get(0);
  }

  private void fill(String provider) {
    values.put(provider + "_APP_ID", "17");
    values.put(provider + "_APP_KEY", "key");
    values.put(provider + "_APP_SECRET", "secret");
    values.put(provider + "_HOST", provider.toLowerCase(java.util.Locale.ROOT) + ".example.com");
  }

  @Test
  void relaysNothingByDefault() {
    assertEquals("auto", read().name());
    assertEquals(List.of(), read().order());
    assertEquals("embedded", read().fallback());
  }

  @Test
  void autoTakesWhatIsConfiguredInOrder() {
    fill("PUSHER");
    fill("REVERB");
    values.put("REVERB_PORT", "8080");
    values.put("REVERB_SCHEME", "http");
    values.put("ABLY_KEY", "name:secret");
    assertEquals(List.of("reverb", "pusher", "ably"), read().order());
    assertEquals(3, read().providers().size());
    values.put("broadcasty.auto-order", "ably, redis, pusher");
    assertEquals(List.of("ably", "pusher"), read().order());
    values.put("broadcasty.replay.store", "redis");
    assertEquals(List.of("ably"), read().order(), "Redis never fails");
    assertEquals("redis", read().fallback());
  }

  @Test
  void emptyVariablesAreUnset() {
    for (String name : List.of("APP_ID", "APP_KEY", "APP_SECRET", "HOST", "PORT", "SCHEME")) {
      values.put("PUSHER_" + name, " ");
    }
    values.put("ABLY_KEY", "");
    assertEquals(List.of(), read().order());
  }

  @Test
  void namesIncompleteSettings() {
    fill("REVERB");
    values.remove("REVERB_APP_SECRET");
    assertTrue(fault().startsWith("REVERB_APP_SECRET (or broadcasty.driver.reverb.app-secret)"));
    values.put("broadcasty.driver", "null");
    assertEquals(List.of(), read().order(), "not needed");
  }

  @Test
  void aDriverNeedsItsCredentials() {
    values.put("broadcasty.driver", "ably");
    assertTrue(fault().startsWith("ABLY_KEY (or broadcasty.driver.ably.key) is missing"));
    values.put("broadcasty.driver", "pusher");
    List<String> faults = assertThrows(InvalidConfigurationException.class, this::read).faults();
    assertEquals(4, faults.size(), faults::toString);
    fill("PUSHER");
    fill("REVERB");
    assertEquals(List.of("pusher"), read().order());
  }

  @Test
  void embeddedAndRedisMustFitTheStore() {
    values.put("broadcasty.driver", "redis");
    assertEquals("redis", read().fallback());
    values.put("broadcasty.replay.store", "database");
    assertTrue(fault().contains("broadcasty.replay.store=redis"), this::fault);
    values.put("broadcasty.replay.store", "redis");
    assertEquals("redis", read().fallback());
    values.put("broadcasty.driver", "embedded");
    assertTrue(fault().contains("embedded"), this::fault);
    values.put("broadcasty.replay.store", "memory");
    fill("PUSHER");
    assertEquals(List.of(), read().order());
  }

  @Test
  void faultsShowNoSecrets() {
    values.put("ABLY_KEY", "s3cret");
    assertTrue(fault().contains("ABLY_KEY"), this::fault);
    assertFalse(fault().contains("s3cret"), this::fault);
    values.remove("ABLY_KEY");
    fill("PUSHER");
    values.put("PUSHER_HOST", "https://api.example.com/x");
    assertTrue(fault().contains("without scheme"), this::fault);
    values.put("PUSHER_HOST", "api.example.com");
    values.put("PUSHER_SCHEME", "ftp");
    assertTrue(fault().contains("PUSHER_SCHEME"), this::fault);
  }

  @Test
  void theOrderHasKnownNamesOnce() {
    values.put("broadcasty.auto-order", "pusher,soketi");
    assertTrue(fault().contains("`soketi`"), this::fault);
    values.put("broadcasty.auto-order", "pusher,pusher");
    assertTrue(fault().contains("twice"), this::fault);
  }
}
