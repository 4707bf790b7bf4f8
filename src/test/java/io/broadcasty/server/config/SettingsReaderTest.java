package io.broadcasty.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.auth.jwt.ClaimMapping;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.transport.local.LocalCaller;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SettingsReaderTest {

  private final ConfigMap config = new ConfigMap();
  private final Map<String, String> values = config.texts;

  {
    values.putAll(Map.of("broadcasty.jwt.public-key", "pem"));
  }

  @Test
  void everyDefaultIsValid() {
    Settings settings = read();
    assertFalse(settings.development());
    assertEquals(Duration.ofHours(1), settings.tenants().defaults().retention().age());
    assertEquals(Settings.Store.MEMORY, settings.replay().store());
    assertEquals(65_536, settings.edge().maxPayloadBytes());
    assertEquals(1 << 20, settings.tenants().defaults().outboxBytes());
    assertEquals(Set.of("RS256"), settings.jwt().algorithms());
    assertTrue(settings.limitsEnabled());
  }

  @Test
  void everyExampleIsValid() {
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      assertTrue(key.type().parse(key.example()) != null, key.name());
    }
  }

  @Test
  void reportsEveryFaultAtOnce() {
    values.put("broadcasty.stream.heartbeat", "banana");
    values.put("broadcasty.limits.batch", "0");
    values.put("broadcasty.replay.store", "tape");
    values.put("broadcasty.dev", "yes");
    values.put("broadcasty.allowed-origins", "app.example.com");
    values.put("broadcasty.trusted-proxies", "10.0.0.0/99");
    List<String> faults = faults();
    assertEquals(6, faults.size(), faults.toString());
    assertTrue(faults.stream().allMatch(f -> f.startsWith("broadcasty.")), faults.toString());
    assertTrue(faults.toString().contains("for example 15s"), faults.toString());
  }

  @Test
  void aSecretReplacesPublicKeys() {
    values.remove("broadcasty.jwt.public-key");
    values.put("broadcasty.jwt.secret", "0123456789abcdef0123456789abcdef");
    assertEquals(Set.of("HS256"), read().jwt().algorithms());
    assertEquals("0123456789abcdef0123456789abcdef", read().jwt().secret());
    assertFalse(read().toString().contains("0123456789abcdef"), "no secret in a log");
    values.put("broadcasty.jwt.algorithms", "HS256");
    assertEquals(Set.of("HS256"), read().jwt().algorithms());
    values.put("broadcasty.jwt.algorithms", "HS256,RS256");
    assertTrue(faults().toString().contains("HS256; remove it"), faults().toString());
    values.remove("broadcasty.jwt.algorithms");
    values.put("broadcasty.jwt.public-key", "pem");
    assertTrue(faults().toString().contains("or the secret"), faults().toString());
    values.remove("broadcasty.jwt.public-key");
    values.put("broadcasty.jwt.secret", "0123456789abcdef0123456789abcde");
    assertTrue(faults().toString().contains("openssl rand"), faults().toString());
    assertFalse(faults().toString().contains("0123456789"), faults().toString());
  }

  @Test
  void tenantAndRolesAreFoundWhereTheIssuerPutsThem() {
    assertEquals(ClaimMapping.USUAL, read().jwt().claims());
    values.put("broadcasty.jwt.tenant", "main");
    values.put("broadcasty.jwt.tenant-claim", "/organization/id");
    values.put("broadcasty.jwt.roles-claim", "/realm_access/roles,groups");
    assertEquals(
        new ClaimMapping(
            "main",
            new ClaimPath("/organization/id"),
            List.of(new ClaimPath("/realm_access/roles"), new ClaimPath("groups"))),
        read().jwt().claims());
    values.put("broadcasty.jwt.tenant", "no tenant");
    values.put("broadcasty.jwt.tenant-claim", "/");
    values.put("broadcasty.jwt.roles-claim", "roles,/");
    assertEquals(3, faults().size(), faults().toString());
  }

  @Test
  void aRedisIsFoundByTheNameOfItsConnection() {
    values.put("broadcasty.redis.conn", "cache");
    assertTrue(faults().toString().contains("broadcasty.redis.url.cache"), faults().toString());
    values.put("broadcasty.redis.url.cache", "redis://cache.example.com:7000");
    assertEquals("redis://cache.example.com:7000", read().redis().toString());
    values.put("broadcasty.redis.url.cache", "cache.example.com");
    assertTrue(faults().get(0).startsWith("broadcasty.redis.url.cache"), faults().toString());
    values.put("broadcasty.redis.conn", "default");
    values.put("broadcasty.redis.prefix", "a{b}:");
    assertTrue(faults().toString().contains("braces"), faults().toString());
  }

  @Test
  void anUnknownKeyIsAFaultUnderEitherSpelling() {
    values.put("broadcasty.replay.stoer", "memory");
    values.put("BROADCASTY_LIMIT_BATCH", "5");
    values.put("PATH", "/bin");
    values.put("broadcastyish", "x");
    List<String> faults = faults();
    assertEquals(2, faults.size(), faults.toString());
    assertTrue(
        faults.toString().contains("did you mean broadcasty.replay.store"), faults.toString());
  }

  @Test
  void theKeysOfOtherApplicationsOfTheServerAreLeftToThem() {
    values.put("broadcasty.client.url", "http://localhost:8080");
    values.put("BROADCASTY_CLIENT_TOKEN", "x");
    assertEquals("pem", read().jwt().publicKeys());
  }

  @Test
  void whoOtherApplicationsAreFollowsFromTheTenantThatIsKnown() {
    assertNull(read().local());
    values.put("broadcasty.jwt.tenant", "main");
    assertEquals(
        new LocalCaller(new TenantId("main"), "local", Set.of("publisher")), read().local());
    values.put("broadcasty.local.tenant", "shop");
    values.put("broadcasty.local.roles", "publisher,desk");
    values.put("broadcasty.local.subject", "desk");
    assertEquals(
        new LocalCaller(new TenantId("shop"), "desk", Set.of("publisher", "desk")), read().local());
    values.put("broadcasty.local.tenant", "no tenant");
    assertTrue(faults().get(0).startsWith("broadcasty.local.tenant"), faults().toString());
  }

  @Test
  void anEnvironmentVariableOfAKnownKeyIsKnown() {
    values.put("BROADCASTY_JWT_PUBLIC_KEY", "pem");
    values.put("BROADCASTY_LIMITS_IP_PER_SECOND", "9");
    assertEquals("pem", read().jwt().publicKeys());
  }

  @Test
  void withoutAKeyOnlyDevelopmentModeStarts() {
    values.remove("broadcasty.jwt.public-key");
    assertTrue(faults().get(0).contains("BROADCASTY_JWT_PUBLIC_KEY"));
    values.put("broadcasty.dev", "true");
    assertFalse(read().jwt().hasKeys());
  }

  @Test
  void keysOverPlainHttpNeedASetting() {
    for (String name : List.of("broadcasty.jwt.jwks-url", "mp.jwt.verify.publickey.location")) {
      values.clear();
      values.put(name, "http://sso.example.com/jwks");
      String fault = faults().get(0);
      assertTrue(fault.contains("broadcasty.jwt.jwks-http"), fault);
      values.put("broadcasty.jwt.jwks-http", "true");
      read();
      for (String allowed : List.of("http://127.0.0.1:8081/jwks", "https://sso.example.com/jwks")) {
        values.clear();
        values.put(name, allowed);
        read();
      }
    }
  }

  @Test
  void theStandardKeysWork() {
    values.clear();
    values.put("mp.jwt.verify.publickey.location", "https://sso.example.com/keys");
    values.put("mp.jwt.verify.issuer", "https://sso.example.com");
    values.put("mp.jwt.verify.audiences", "a,b");
    values.put("mp.jwt.verify.clock.skew", "7");
    values.put("mp.jwt.verify.publickey.algorithm", "ES256");
    Settings settings = read();
    assertEquals("https://sso.example.com/keys", settings.jwt().location());
    assertEquals("https://sso.example.com", settings.jwt().issuer());
    assertEquals(List.of("a", "b"), settings.jwt().audiences());
    assertEquals(Duration.ofSeconds(7), settings.jwt().skew());
    assertEquals(Duration.ofSeconds(37), settings.session().expiryNotice(), "30 s before `exp`");
    assertEquals(Set.of("ES256"), settings.jwt().algorithms());
  }

  @Test
  void aServersDataSourceReplacesAUrl() {
    assertNull(read().dataSource());
    values.put("BROADCASTY_DB_DATASOURCE", "jdbc/broadcasty");
    assertEquals("jdbc/broadcasty", read().dataSource());
    values.put("broadcasty.db.url", "jdbc:h2:mem:x");
    assertTrue(faults().get(0).contains("keep one of them"), faults().toString());
  }

  @Test
  void theSecretOfScrapersIsLongAndNotShown() {
    assertNull(read().edge().metrics().token());
    values.put("broadcasty.metrics.token", "short");
    assertTrue(faults().get(0).startsWith("broadcasty.metrics.token"), faults().toString());
    assertTrue(faults().get(0).contains("at least 16"), faults().toString());
    assertFalse(faults().toString().contains("short"), faults().toString());
    values.put("broadcasty.metrics.token", "0123456789abcdef");
    assertEquals("0123456789abcdef", read().edge().metrics().token());
    assertFalse(read().toString().contains("0123456789abcdef"));
  }

  @Test
  void thePasswordIsNotShown() {
    values.put("broadcasty.db.password", "hush");
    values.put("broadcasty.db.url", "jdbc:h2:mem:x;PASSWORD=hush");
    assertFalse(read().toString().contains("hush"));
  }

  private Settings read() {
    return SettingsReader.read(config);
  }

  private List<String> faults() {
    return assertThrows(InvalidConfigurationException.class, this::read).faults();
  }
}
