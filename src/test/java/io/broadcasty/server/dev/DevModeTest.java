package io.broadcasty.server.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.jwt.JwtAuthenticator;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.server.config.ConfigMap;
import io.broadcasty.server.config.SettingsReader;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that development mode issues tokens that the server accepts, however it is configured. */
class DevModeTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path dir;

  private DevMode start(Map<String, String> settings) {
    ConfigMap values = new ConfigMap();
    values.texts.putAll(settings);
    values.texts.put("broadcasty.dev", "true");
    values.texts.put("broadcasty.data-dir", dir.toString());
    return DevMode.start(SettingsReader.read(values), WallClock.system());
  }

  private static Caller caller(DevMode dev, String token) {
    Verdict verdict = new JwtAuthenticator(dev.jwt(), WallClock.system()).authenticate(token);
    return assertInstanceOf(Authenticated.class, verdict, verdict::toString).caller();
  }

  private static Caller caller(DevMode dev) {
    Caller caller = caller(dev, dev.token("alice", List.of("member", "publisher")));
    assertEquals("alice", caller.subject());
    assertEquals(Set.of("member", "publisher"), caller.roles());
    assertEquals(dev.tenant(), caller.tenant().value());
    return caller;
  }

  @Test
  void issuesTokensOfTheDemoTenant() {
    assertEquals("demo", caller(start(Map.of())).tenant().value());
  }

  @Test
  void issuesTokensWithTheirClaimsWhereTheyAreConfigured() {
    DevMode dev =
        start(
            Map.of(
                "broadcasty.jwt.tenant-claim", "/org/id",
                "broadcasty.jwt.roles-claim", "/org/access/roles,groups"));
    assertEquals(
        Map.of("id", "demo", "access", Map.of("roles", List.of("member", "publisher"))),
        caller(dev).claims().get("org"));
  }

  @Test
  void issuesATokenForEachKindOfUser() {
    DevMode dev = start(Map.of());
    Map<String, String> seen = new HashMap<>();
    dev.tokens("erin")
        .forEach(
            (kind, token) -> {
              Caller caller = caller(dev, token);
              seen.put(kind, caller.subject() + ": " + new TreeSet<>(caller.roles()));
            });
    assertEquals(
        Map.of(
            "publisher", "alice: [member, publisher]",
            "reader", "bob: [member]",
            "participant", "erin: [participant]"),
        seen);
  }

  @Test
  void issuesTokensOfTheFixedTenant() {
    assertEquals("main", caller(start(Map.of("broadcasty.jwt.tenant", "main"))).tenant().value());
  }

  @Test
  void issuesTokensThatMeetEveryOtherRequirement() {
    Caller caller =
        caller(
            start(
                Map.of(
                    "broadcasty.jwt.issuer", "https://issuer.example",
                    "broadcasty.jwt.audiences", "broadcasty,other",
                    "broadcasty.jwt.algorithms", "ES256",
                    "broadcasty.jwt.required-claims", "sub,tid,roles,iat,exp,nbf,jti,iss,email")));
    assertEquals("https://issuer.example", caller.claims().get("iss"));
  }

  @Test
  void aCopyWithOtherKeysKeepsEveryOtherSetting() throws ReflectiveOperationException {
    ConfigMap values = new ConfigMap();
    values.texts.putAll(
        Map.of(
            "broadcasty.jwt.public-key", "pem",
            "broadcasty.jwt.issuer", "issuer",
            "broadcasty.jwt.audiences", "us",
            "broadcasty.jwt.required-claims", "sub,exp,email",
            "broadcasty.jwt.max-length", "4096",
            "broadcasty.jwt.skew", "7s",
            "broadcasty.jwt.remember", "9s",
            "broadcasty.jwt.tenant-claim", "org"));
    JwtSettings settings = SettingsReader.read(values).jwt();
    JwtSettings copy = settings.withPublicKeys("other", "ES256");
    assertEquals(Set.of("ES256"), copy.algorithms());
    for (RecordComponent each : JwtSettings.class.getRecordComponents()) {
      if (!Set.of("publicKeys", "algorithms").contains(each.getName())) {
        assertEquals(
            each.getAccessor().invoke(settings), each.getAccessor().invoke(copy), each.getName());
      }
    }
  }
}
