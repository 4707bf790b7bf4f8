package io.broadcasty.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsWarningTest {

  private final ConfigMap config = new ConfigMap();

  private List<SettingsWarning> warnings() {
    return SettingsWarning.of(SettingsReader.read(config));
  }

  private List<String> keys() {
    return warnings().stream().map(SettingsWarning::key).toList();
  }

  @Test
  void theMinimalEnvironmentLacksIssuerAndAudience() {
    config.texts.put("BROADCASTY_JWT_PUBLIC_KEY", "a key");
    assertEquals(List.of("broadcasty.jwt.issuer", "broadcasty.jwt.audiences"), keys());
    for (SettingsWarning warning : warnings()) {
      assertTrue(warning.text().contains(warning.key()), warning.text());
    }
  }

  @Test
  void issuerAndAudienceSettleIt() {
    config.texts.put("BROADCASTY_JWT_PUBLIC_KEY", "a key");
    config.texts.put("broadcasty.jwt.issuer", "https://sso.example.com");
    assertEquals(List.of("broadcasty.jwt.audiences"), keys());
    config.texts.put("mp.jwt.verify.audiences", "broadcasty");
    assertEquals(List.of(), keys());
  }

  @Test
  void theDevelopmentKeySignsNoOtherTokens() {
    config.texts.put("broadcasty.dev", "true");
    assertEquals(List.of(), keys());
    config.texts.put("broadcasty.jwt.jwks-url", "https://sso.example.com/jwks");
    assertEquals(2, keys().size());
  }

  @Test
  void warnsOfKeysOverPlainHttp() {
    config.texts.put("broadcasty.jwt.jwks-url", "http://sso.internal/jwks");
    config.texts.put("broadcasty.jwt.jwks-http", "true");
    assertTrue(keys().contains("broadcasty.jwt.jwks-http"), keys().toString());
    config.texts.put("broadcasty.jwt.jwks-url", "http://localhost:8081/jwks");
    assertEquals(List.of("broadcasty.jwt.issuer", "broadcasty.jwt.audiences"), keys());
  }

  @Test
  void warnsOfTokensThatAreSentOverPlainHttp() {
    String prefix = "broadcasty.issuers.main.";
    config.texts.put(prefix + "issuer", "https://sso.example.com");
    config.texts.put(prefix + "tenant", "acme");
    config.texts.put(prefix + "audiences", "broadcasty");
    config.texts.put(prefix + "http", "true");
    config.texts.put(prefix + "introspection.client-id", "rt");
    config.texts.put(prefix + "introspection.secret", "s");
    config.texts.put(prefix + "introspection.endpoint", "http://sso.internal/introspect");
    assertEquals(List.of(prefix + "introspection.endpoint"), keys());
    config.texts.put(prefix + "introspection.endpoint", "http://localhost:8081/introspect");
    assertEquals(List.of(), keys());
  }

  @Test
  void warnsOfAnyOriginAndOfMissingLimits() {
    config.texts.put("broadcasty.dev", "true");
    config.texts.put("broadcasty.allowed-origins", "*");
    config.texts.put("broadcasty.limits.enabled", "false");
    assertEquals(List.of("broadcasty.limits.enabled", "broadcasty.allowed-origins"), keys());
  }
}
