package io.broadcasty.push.apns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Pem;
import io.broadcasty.server.config.ConfigMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ApnsFactoryTest {

  private final ConfigMap config = new ConfigMap();

  @Test
  void readsTheSandboxFromKeyOrVariable() {
    config.texts.putAll(
        Map.of(
            "broadcasty.apns", "true",
            "APNS_P8_PATH", Pem.newEcKey("secp256r1"),
            "APNS_KEY_ID", "KEY4567890",
            "APNS_TEAM_ID", "TEAM567890",
            "APNS_BUNDLE_ID", "com.example.app"));
    assertEquals("api.push.apple.com", apns().host());
    assertEquals(443, apns().port());
    config.texts.put("APNS_SANDBOX", "true");
    assertEquals("api.sandbox.push.apple.com", apns().host());
    config.texts.put("broadcasty.push.apns.sandbox", "false");
    assertEquals("api.push.apple.com", apns().host());
    assertFalse(apns().toString().contains("BEGIN"), apns().toString());
    config.texts.remove("broadcasty.push.apns.sandbox");
    config.texts.put("APNS_SANDBOX", "perhaps");
    ApnsFactory.settings(config.values());
    assertTrue(config.faults.get(0).startsWith("APNS_SANDBOX: "), config.faults.toString());
  }

  private ApnsSettings apns() {
    return Objects.requireNonNull(ApnsFactory.settings(config.values()));
  }
}
