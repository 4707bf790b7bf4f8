package io.broadcasty.core.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import io.broadcasty.LogCapture;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Authenticator.TenantRefused;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.BearerTokens;
import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests several issuers side by side, one like Keycloak and one like Entra ID. */
class IssuersTest {

  private static final String DIRECTORY = "9f1c7a52-0d3e-4b6a-8a57-3f1f0c9d2b11";

  private final ManualTime time = new ManualTime();
  private final TestIssuer keycloak = new TestIssuer("/realms/main");
  private final TestIssuer entra = new TestIssuer("/" + DIRECTORY + "/v2.0");
  private final Issuers issuers =
      new Issuers(null, List.of(keycloakSettings(), entraSettings()), time, time);

  @AfterEach
  void stop() {
    keycloak.close();
    entra.close();
  }

  private IssuerSettings keycloakSettings() {
    ClaimMapping claims =
        new ClaimMapping(
            null,
            new ClaimPath("organization"),
            true,
            List.of(
                new ClaimPath("/realm_access/roles"),
                new ClaimPath("/resource_access/broadcasty/roles"),
                new ClaimPath("groups")),
            List.of(ClaimMapping.SUBJECT),
            NameTranslation.NONE,
            new NameTranslation(List.of("/"), Map.of("/staff/editors", "publisher"), true));
    return settings("keycloak", keycloak, claims, "acme", "broadcasty");
  }

  private IssuerSettings entraSettings() {
    ClaimMapping claims =
        new ClaimMapping(
            null,
            new ClaimPath("tid"),
            true,
            List.of(new ClaimPath("roles"), new ClaimPath("groups"), new ClaimPath("scp")),
            List.of(new ClaimPath("oid"), ClaimMapping.SUBJECT),
            new NameTranslation(List.of(), Map.of(DIRECTORY, "beta"), true),
            new NameTranslation(
                List.of("Broadcasty."),
                Map.of(
                    "Participant", "participant", "2f9d1c1e-7a5b-4d0e-8f4f-3a1b2c3d4e05", "editor"),
                false));
    return settings("entra", entra, claims, "beta", "7d1c1f64-6a2e-4f8c-9a15-0f4f7e3b2c01");
  }

  private static IssuerSettings settings(
      String name, TestIssuer issuer, ClaimMapping claims, String tenant, String audience) {
    return new IssuerSettings(
        name,
        new JwtSettings(
            null,
            null,
            issuer.issuer() + Discovery.SUFFIX,
            Set.of("RS256"),
            issuer.issuer(),
            List.of(audience),
            Set.of("iat"),
            JwtSettings.MAX_LENGTH,
            null,
            Duration.ofSeconds(30),
            Duration.ZERO,
            null,
            claims),
        new TenantScope(Set.of(new TenantId(tenant)), false, null));
  }

  private KeyCondition condition(String name) {
    return Objects.requireNonNull(issuers.conditions().get(name));
  }

  private String ann() {
    return keycloak.sign(time.now(), TestIssuer.keycloak("ann", "acme"));
  }

  private String bob() {
    return entra.sign(time.now(), TestIssuer.entra("bob", DIRECTORY));
  }

  private static void assertAccepted(Verdict verdict) {
    assertInstanceOf(Authenticated.class, verdict, verdict::toString);
  }

  @Test
  void usersOfBothSignInWithTheClaimsThatTheIssuersSend() {
    assertEquals(
        "acme/ann [default-roles-main, offline_access, participant, publisher, staff,"
            + " uma_authorization]",
        TestIssuer.describe(issuers.authenticate(ann())));
    assertEquals(
        "beta/bob [editor, participant]", TestIssuer.describe(issuers.authenticate(bob())));
  }

  @Test
  void anOrganizationIsAlsoTheOnlyNameOfAnObject() {
    Map<String, Object> claims = TestIssuer.keycloak("ann", "other");
    claims.put("organization", Map.of("acme", Map.of("id", "42c3e46f")));
    assertAccepted(issuers.authenticate(keycloak.sign(time.now(), claims)));
    claims.put("organization", List.of("acme", "other"));
    Refused refused =
        assertInstanceOf(Refused.class, issuers.authenticate(keycloak.sign(time.now(), claims)));
    assertTrue(refused.reason().contains("`organization`"), refused.reason());
  }

  @Test
  void noIssuerSpeaksForTheTenantOfAnother() {
    TenantRefused refused =
        assertInstanceOf(
            TenantRefused.class,
            issuers.authenticate(keycloak.sign(time.now(), TestIssuer.keycloak("eve", "beta"))));
    assertEquals("keycloak", refused.issuer());
    assertEquals(new TenantId("beta"), refused.tenant());
    Map<String, Object> claims = TestIssuer.entra("eve", "acme");
    refused =
        assertInstanceOf(TenantRefused.class, issuers.authenticate(entra.sign(time.now(), claims)));
    assertEquals("entra", refused.issuer());
  }

  @Test
  void noIssuerSignsInTheNameOfAnother() {
    assertAccepted(issuers.authenticate(ann()));
    assertAccepted(issuers.authenticate(bob()));
    Map<String, Object> claims = new HashMap<>(TestIssuer.keycloak("eve", "acme"));
    claims.put("iss", keycloak.issuer());
    entra.rotate(); // another key id than Keycloak's
    Refused refused =
        assertInstanceOf(Refused.class, issuers.authenticate(entra.sign(time.now(), claims)));
    assertTrue(refused.reason().contains("not known here"), refused.reason());
  }

  @Test
  void tokensOfOtherIssuersAreForTheUnnamedSettingsOrRefused() {
    Map<String, Object> claims = TestTokens.claims(time.now());
    claims.put("iss", "https://other.example.com");
    String token = TestTokens.sign(TestTokens.RSA, claims);
    Refused refused = assertInstanceOf(Refused.class, issuers.authenticate(token));
    assertTrue(refused.reason().contains("`iss`"), refused.reason());
    assertInstanceOf(Refused.class, issuers.authenticate("no token"));
    JwtSettings unnamed = TestTokens.settings(TestTokens.pem(TestTokens.RSA));
    Issuers both = new Issuers(unnamed, List.of(keycloakSettings()), time, time);
    assertAccepted(both.authenticate(token));
    claims.put("iss", keycloak.issuer()); // whose keys alone may sign for it
    assertInstanceOf(Refused.class, both.authenticate(TestTokens.sign(TestTokens.RSA, claims)));
  }

  @Test
  void keysRotateWhileManyThreadsVerifyTokensWithoutOneRefusal() throws Exception {
    int threads = 8;
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      for (int rotation = 0; rotation < 3; rotation++) {
        keycloak.rotate();
        String token = ann();
        CountDownLatch ready = new CountDownLatch(threads);
        List<Callable<Verdict>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          tasks.add(
              () -> {
                ready.countDown();
                ready.await();
                return issuers.authenticate(token);
              });
        }
        for (Future<Verdict> each : workers.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
          assertAccepted(each.get());
        }
      }
      assertTrue(keycloak.fetches.get() <= 3, "one thread fetches for all");
    } finally {
      workers.shutdownNow();
    }
  }

  @Test
  void aLoopFetchesTheKeysUntilItIsClosed() throws InterruptedException {
    issuers.close();
    assertFalse(issuers.refreshRound());
    assertEquals(1, keycloak.fetches.get());
  }

  @Test
  void aKeyThatIsShownBeforeItSignsIsFetchedInTime() {
    issuers.refreshKeys();
    assertEquals(1, keycloak.fetches.get());
    issuers.refreshKeys();
    assertEquals(1, keycloak.fetches.get());
    keycloak.rotate();
    time.advance(RemoteKeys.REFRESH);
    issuers.refreshKeys();
    assertEquals(2, keycloak.fetches.get());
    keycloak.answer(503);
    assertAccepted(issuers.authenticate(ann()));
  }

  @Test
  void anUnreachableIssuerKeepsItsKnownKeysAndIsTold() {
    issuers.refreshKeys();
    assertEquals(new KeyCondition(1, ""), issuers.conditions().get("keycloak"));
    keycloak.answer(503);
    try (LogCapture log = new LogCapture(RemoteKeys.class)) {
      for (int hours = 0; hours < 24; hours++) {
        time.advance(Duration.ofHours(1));
        issuers.refreshKeys();
      }
      assertTrue(log.text().contains(keycloak.issuer()), log.text());
    }
    assertAccepted(issuers.authenticate(ann()));
    String told = condition("keycloak").text();
    assertTrue(told.startsWith("degraded: its 1 known keys stay in use"), told);
    assertEquals("up", condition("entra").text());
    keycloak.answer(200);
    time.advance(RemoteKeys.RETRY);
    issuers.refreshKeys();
    assertEquals("up", condition("keycloak").text());
  }

  @Test
  void anIssuerThatWasNeverReachedHarmsNobodyElse() {
    keycloak.close();
    try (LogCapture log = new LogCapture(RemoteKeys.class)) {
      AuthenticationUnavailableException unavailable =
          assertThrows(AuthenticationUnavailableException.class, () -> issuers.authenticate(ann()));
      assertTrue(String.valueOf(unavailable.getMessage()).contains("keycloak"));
      assertAccepted(issuers.authenticate(bob()));
      assertTrue(condition("keycloak").text().startsWith("down"), log.text());
    }
  }

  @Test
  void whileOneThreadTriesAnUnreachableIssuerNoOtherWaits() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    RemoteKeys keys = blocking(asked, answer);
    ExecutorService worker = Executors.newSingleThreadExecutor();
    try (LogCapture log = new LogCapture(RemoteKeys.class)) {
      fail(keys); // known to be away from now on
      Future<?> first = worker.submit(() -> fail(keys));
      assertTrue(asked.await(60, TimeUnit.SECONDS));
      fail(keys); // returns at once, though the other still waits
      answer.countDown();
      first.get(60, TimeUnit.SECONDS);
      assertEquals(1, log.lines().size(), log.text());
    } finally {
      answer.countDown();
      worker.shutdownNow();
    }
  }

  private static void fail(RemoteKeys keys) {
    JWKSelector any = new JWKSelector(new JWKMatcher.Builder().build());
    assertThrows(KeySourceException.class, () -> keys.get(any, null));
  }

  private RemoteKeys blocking(CountDownLatch asked, CountDownLatch answer) {
    AtomicInteger calls = new AtomicInteger();
    return new RemoteKeys(
        new RemoteKeySet(
            KeyAddress.of(url()),
            url -> {
              if (calls.incrementAndGet() > 2) { // the first attempt tries twice
                asked.countDown();
                try {
                  answer.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
              throw new IOException("away");
            }),
        time);
  }

  private static URL url() {
    try {
      return URI.create("https://sso.example.com/keys").toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aDocumentOfAnotherIssuerIsNotTrusted() {
    keycloak.nameIssuer("https://evil.example.com");
    assertUnavailable("not the issuer that is configured");
  }

  @Test
  void aDocumentDoesNotLeadIntoTheInternalNetwork() {
    for (String address :
        List.of(
            "https://169.254.169.254/keys",
            "https://10.0.0.1/keys",
            "https://[::1]/keys",
            "http://sso.example.com/keys",
            "file:///etc/passwd",
            "https://user@127.0.0.1/keys",
            "keys")) {
      keycloak.nameKeys(address);
      assertUnavailable("jwks_uri");
      time.advance(RemoteKeys.PACE.multipliedBy(2));
    }
    assertEquals(0, keycloak.fetches.get());
  }

  private void assertUnavailable(String problem) {
    try (LogCapture log = new LogCapture(RemoteKeys.class)) {
      assertThrows(AuthenticationUnavailableException.class, () -> issuers.authenticate(ann()));
      String told = condition("keycloak").problem();
      assertTrue(told.contains(problem), told + log.text());
    }
  }

  @Test
  void theAudienceOfEachIssuerCounts() {
    Map<String, Object> claims = TestIssuer.keycloak("ann", "acme");
    claims.put("aud", "7d1c1f64-6a2e-4f8c-9a15-0f4f7e3b2c01"); // Entra's
    Refused refused =
        assertInstanceOf(Refused.class, issuers.authenticate(keycloak.sign(time.now(), claims)));
    assertTrue(refused.reason().contains("`aud`"), refused.reason());
  }

  /** An issuer that learned the tokens of another could use them. */
  @Test
  void onlyTheIssuerOfAnOpaqueTokenIsAskedAboutIt() {
    try (TestIssuer one = new TestIssuer("/one");
        TestIssuer two = new TestIssuer("/two")) {
      Issuers asking =
          new Issuers(
              null,
              List.of(opaque("one", one, ""), opaque("two", two, "two_"), keycloakSettings()),
              time,
              time);
      one.introspect(TestIssuer.introspected("ann", "acme"));
      two.introspect(TestIssuer.introspected("bob", "acme"));
      assertEquals("acme/ann []", TestIssuer.describe(asking.authenticate("AAAA")));
      assertEquals("acme/bob []", TestIssuer.describe(asking.authenticate("two_BBBB")));
      assertEquals(List.of("AAAA"), List.copyOf(one.asked));
      assertEquals(List.of("two_BBBB"), List.copyOf(two.asked));
      two.introspect(TestIssuer.introspected("eve", "beta"));
      assertInstanceOf(TenantRefused.class, asking.authenticate("two_CCCC"));
      assertAccepted(asking.authenticate(ann()));
      assertInstanceOf(Refused.class, asking.authenticate(bob()), "of an issuer that is unknown");
      String mine = one.sign(time.now(), TestIssuer.keycloak("ann", "acme"));
      assertEquals("acme/ann []", TestIssuer.describe(asking.authenticate(mine)));
      assertEquals(2, one.asked.size(), "its signature does not count");
      assertEquals(Map.of("one", "up", "two", "up"), asking.introspections());
    }
  }

  @Test
  void anIssuerThatCannotBeAskedHarmsNobodyElse() {
    try (TestIssuer one = new TestIssuer("/one");
        LogCapture log = new LogCapture(IntrospectedTokens.class)) {
      one.answer(500);
      one.introspect(Map.of("active", true));
      Issuers asking =
          new Issuers(null, List.of(opaque("one", one, ""), keycloakSettings()), time, time);
      AuthenticationUnavailableException e =
          assertThrows(AuthenticationUnavailableException.class, () -> asking.authenticate("AAAA"));
      assertTrue(String.valueOf(e.getMessage()).contains("one"), log.text());
      assertAccepted(asking.authenticate(ann()));
    }
  }

  @Test
  void anIssuerMayDemandTokensThatAreBoundToAKey() {
    IssuerSettings usual = keycloakSettings();
    Issuers demanding =
        new Issuers(
            null,
            List.of(
                new IssuerSettings(
                    usual.name(), usual.tokens(), usual.tenants(), usual.logout(), null, true)),
            time,
            time);
    assertEquals(new Refused(BearerTokens.UNBOUND, false), demanding.authenticate(ann()));
    Map<String, Object> claims = TestIssuer.keycloak("ann", "acme");
    claims.put("cnf", Map.of("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"));
    assertAccepted(demanding.authenticate(keycloak.sign(time.now(), claims)));
  }

  private static IssuerSettings opaque(String name, TestIssuer issuer, String prefix) {
    return new IssuerSettings(
        name,
        new JwtSettings(
            null,
            null,
            null,
            Set.of("RS256"),
            issuer.issuer(),
            List.of(),
            Set.of(),
            JwtSettings.MAX_LENGTH,
            null,
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            null,
            ClaimMapping.USUAL),
        new TenantScope(Set.of(new TenantId("acme")), false, null),
        LogoutSettings.OFF,
        new IntrospectionSettings(
            URI.create(issuer.issuer() + "/introspect"),
            "broadcasty",
            "secret",
            false,
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            prefix),
        false);
  }

  @Test
  void namesKeysOfIssuersForTheLog() {
    assertTrue(issuers.describe().get(0).contains("keycloak"), issuers.describe().toString());
    @Nullable KeyCondition none = issuers.conditions().get(Issuers.UNNAMED);
    assertEquals(null, none);
  }
}
