package io.broadcasty.push.onesignal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.broadcasty.server.config.ConfigMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class OneSignalFactoryTest {

  @Test
  void readsTheVariablesOfTheReference() {
    ConfigMap config = new ConfigMap();
    config.texts.putAll(
        Map.of(
            "broadcasty.onesignal", "true",
            "ONESIGNAL_APP_ID", "3fa85f64-5717-4562-b3fc-2c963f66afa6",
            "ONESIGNAL_API_KEY", "hush-hush"));
    OneSignalSettings settings = Objects.requireNonNull(OneSignalFactory.settings(config.values()));
    assertEquals("https://api.onesignal.com", settings.baseUrl().toString());
    assertFalse(settings.toString().contains("hush"), settings.toString());
  }
}
