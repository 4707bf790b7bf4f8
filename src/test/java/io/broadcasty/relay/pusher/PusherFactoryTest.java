package io.broadcasty.relay.pusher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.server.config.ConfigMap;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PusherFactoryTest {

  private final ConfigMap config = new ConfigMap();

  private void fill(String provider) {
    config.texts.put(provider + "_APP_ID", "17");
    config.texts.put(provider + "_APP_KEY", "key");
    config.texts.put(provider + "_APP_SECRET", "hush");
    config.texts.put(provider + "_HOST", provider.toLowerCase(Locale.ROOT) + ".example.com");
  }

  private PusherSettings pusher() {
    return Objects.requireNonNull(PusherFactory.pusher().settings(config.values()));
  }

  @Test
  void readsTheVariablesOfTheProvidersTools() {
    fill("PUSHER");
    fill("REVERB");
    config.texts.put("REVERB_PORT", "8080");
    config.texts.put("REVERB_SCHEME", "http");
    PusherSettings reverb =
        Objects.requireNonNull(PusherFactory.reverb().settings(config.values()));
    assertEquals("http://reverb.example.com:8080", reverb.base().toString());
    assertEquals("https://pusher.example.com", pusher().base().toString());
    assertFalse(pusher().toString().contains("hush"), pusher().toString());
  }

  @Test
  void ownKeysTakePrecedence() {
    fill("PUSHER");
    config.texts.put("broadcasty.driver.pusher.host", "127.0.0.1");
    assertEquals("https://127.0.0.1", pusher().base().toString());
  }

  @Test
  void namesEachMissingKey() {
    assertFalse(PusherFactory.pusher().isConfigured(config.values()));
    config.texts.put("PUSHER_HOST", "pusher.example.com");
    assertTrue(PusherFactory.pusher().isConfigured(config.values()));
    assertNull(PusherFactory.pusher().settings(config.values()));
    assertEquals(3, config.faults.size(), config.faults.toString());
  }
}
