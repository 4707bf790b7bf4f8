package io.broadcasty.relay.ably;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.server.config.ConfigMap;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AblyFactoryTest {

  private final ConfigMap config = new ConfigMap();

  @Test
  void splitsTheKey() {
    config.texts.put("ABLY_KEY", "name:hush");
    config.texts.put("broadcasty.driver.ably.url", "http://127.0.0.1:99/");
    AblySettings ably = Objects.requireNonNull(AblyFactory.settings(config.values()));
    assertEquals("name", ably.keyName());
    assertEquals("hush", ably.keySecret());
    assertEquals("http://127.0.0.1:99", ably.base().toString());
    assertFalse(ably.toString().contains("hush"), ably.toString());
  }

  @Test
  void namesAnInvalidKeyWithoutItsValue() {
    assertNull(AblyFactory.settings(config.values()));
    assertTrue(config.faults.get(0).startsWith("ABLY_KEY (or broadcasty.driver.ably.key)"));
    config.texts.put("ABLY_KEY", "hush");
    assertNull(AblyFactory.settings(config.values()));
    assertFalse(config.faults.toString().contains("hush"), config.faults.toString());
  }
}
