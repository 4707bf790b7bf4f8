package io.broadcasty.core.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.auth.LogoutVerifier;
import io.broadcasty.core.auth.LogoutVerifier.Logout;
import io.broadcasty.core.auth.LogoutVerifier.Refused;
import io.broadcasty.core.auth.LogoutVerifier.TenantRefused;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogoutTokensTest {

  private static final String SESSION = "8a6c7ad0-2a5e-4d3c-a2c5-2b6ff8a1a111";
  private static final LogoutSettings WEB = new LogoutSettings(List.of("web", "mobile"), false);
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId BETA = new TenantId("beta");

  private final ManualTime time = new ManualTime();
  private final TestIssuer issuer = new TestIssuer("/realms/main");

  @AfterEach
  void stop() {
    issuer.close();
  }

  private Issuers issuers(
      @Nullable String tenant, ClaimPath user, TenantScope scope, LogoutSettings logout) {
    JwtSettings tokens =
        new JwtSettings(
            null,
            issuer.issuer() + "/keys",
            null,
            Set.of("RS256"),
            issuer.issuer(),
            List.of(),
            Set.of("iat"),
            JwtSettings.MAX_LENGTH,
            null,
            Duration.ofSeconds(30),
            Duration.ZERO,
            null,
            new ClaimMapping(
                tenant,
                new ClaimPath("organization"),
                true,
                List.of(new ClaimPath("roles")),
                List.of(user, ClaimMapping.SUBJECT),
                NameTranslation.NONE,
                NameTranslation.NONE));
    return new Issuers(
        null, List.of(new IssuerSettings("main", tokens, scope, logout, null, false)), time, time);
  }

  private Issuers ofAcme(LogoutSettings logout) {
    return issuers(
        "acme", ClaimMapping.SUBJECT, new TenantScope(Set.of(ACME), false, null), logout);
  }

  private String token(Map<String, Object> claims) {
    return issuer.signLogout("logout+jwt", time.now(), claims);
  }

  private static String refusal(LogoutVerifier.Verdict verdict) {
    return assertInstanceOf(Refused.class, verdict, verdict.toString()).reason();
  }

  private static Logout logout(LogoutVerifier.Verdict verdict) {
    return assertInstanceOf(Logout.class, verdict, verdict.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"logout+jwt", "application/logout+jwt", "JWT"})
  void aSessionOfTheIssuerEnds(String type) {
    String token = issuer.signLogout(type, time.now(), Map.of());
    assertEquals(
        new Logout(
            "main",
            Set.of(ACME),
            null,
            issuer.issuer() + " " + SESSION,
            Instant.ofEpochSecond(time.now().getEpochSecond()),
            "logout-1"),
        ofAcme(WEB).verifyLogout(token));
  }

  @Test
  void withoutASessionAllOfTheUserEnds() {
    Logout logout = logout(ofAcme(WEB).verifyLogout(token(Map.of("sid", ""))));
    assertEquals("ann", logout.user());
    assertEquals(null, logout.signIn());
    LogoutSettings whole = new LogoutSettings(List.of("web"), true);
    assertEquals("ann", logout(ofAcme(whole).verifyLogout(token(Map.of()))).user());
  }

  /** The names of claims are as JSON would have them; an empty text removes one. */
  @ParameterizedTest
  @CsvSource({
    "events, '', `events`",
    "events, backchannel-logout, `events`",
    "nonce, n-1, `nonce`",
    "iss, https://other.example.com, `iss`",
    "aud, broadcasty, `aud`",
    "aud, '', `aud`",
    "jti, '', `jti`",
  })
  void eachClaimCounts(String claim, String value, String named) {
    String reason = refusal(ofAcme(WEB).verifyLogout(token(Map.of(claim, value))));
    assertTrue(reason.contains(named), reason);
  }

  @Test
  void itIsValidForAShortTime() {
    Issuers issuers = ofAcme(WEB);
    String token = token(Map.of("exp", time.now().plusSeconds(3600).getEpochSecond()));
    String early = issuer.signLogout("logout+jwt", time.now().plusSeconds(40), Map.of());
    String ended = token(Map.of("exp", time.now().minusSeconds(30).getEpochSecond()));
    assertTrue(refusal(issuers.verifyLogout(early)).contains("future"));
    assertTrue(refusal(issuers.verifyLogout(ended)).contains("expired"));
    time.advance(LogoutTokens.MAX_AGE.plusSeconds(29));
    logout(issuers.verifyLogout(token));
    time.advance(Duration.ofSeconds(2));
    assertTrue(refusal(issuers.verifyLogout(token)).contains("expired"));
  }

  @Test
  void nobodyElseLogsOut() {
    Issuers issuers = ofAcme(WEB);
    try (TestIssuer other = new TestIssuer("/realms/main")) {
      other.rotate();
      String forged = other.signLogout("logout+jwt", time.now(), Map.of("iss", issuer.issuer()));
      assertTrue(refusal(issuers.verifyLogout(forged)).contains("key"));
    }
    refusal(issuers.verifyLogout("no token"));
    assertTrue(
        refusal(ofAcme(LogoutSettings.OFF).verifyLogout(token(Map.of()))).contains("not accepted"));
  }

  @Test
  void anAccessTokenLogsNobodyOutAndALogoutTokenSignsNobodyIn() {
    Issuers issuers = ofAcme(WEB);
    String access = issuer.sign(time.now(), Map.of("sub", "ann", "aud", "web", "jti", "1"));
    assertTrue(refusal(issuers.verifyLogout(access)).contains("`events`"));
    assertInstanceOf(Authenticator.Refused.class, issuers.authenticate(token(Map.of())));
    Map<String, Object> roles = new HashMap<>(Map.of("roles", List.of("admin")));
    for (String type : List.of("JWT", "logout+jwt")) {
      assertInstanceOf(
          Authenticator.Refused.class,
          issuers.authenticate(issuer.signLogout(type, time.now(), roles)),
          type);
    }
  }

  @Test
  void anIssuerSpeaksForItsTenantsOnly() {
    TenantScope both = new TenantScope(Set.of(ACME, BETA), false, null);
    Issuers issuers = issuers(null, ClaimMapping.SUBJECT, both, WEB);
    assertEquals(Set.of(ACME, BETA), logout(issuers.verifyLogout(token(Map.of()))).tenants());
    Map<String, Object> beta = Map.of("organization", List.of("beta"));
    assertEquals(Set.of(BETA), logout(issuers.verifyLogout(token(beta))).tenants());
    TenantRefused refused =
        assertInstanceOf(
            TenantRefused.class, issuers.verifyLogout(token(Map.of("organization", "gamma"))));
    assertEquals(new TenantId("gamma"), refused.tenant());
    assertEquals("main", refused.issuer());
    assertTrue(
        refusal(issuers.verifyLogout(token(Map.of("organization", "a b"))))
            .contains("`organization`"));
  }

  @Test
  void ofManyTenantsOneHasToBeNamed() {
    Set<TenantId> many =
        IntStream.rangeClosed(0, LogoutTokens.MAX_TENANTS)
            .mapToObj(i -> new TenantId("t" + i))
            .collect(Collectors.toSet());
    for (TenantScope scope : List.of(new TenantScope(many, false, null), TenantScope.ALL)) {
      Issuers issuers = issuers(null, ClaimMapping.SUBJECT, scope, WEB);
      assertTrue(refusal(issuers.verifyLogout(token(Map.of()))).contains("`organization`"));
      logout(issuers.verifyLogout(token(Map.of("organization", "t1"))));
    }
  }

  /** Access tokens have the claim, and a logout token without it may mean anybody. */
  @Test
  void aUserThatOnlyAccessTokensNameIsNotGuessed() {
    Issuers issuers =
        issuers("acme", new ClaimPath("oid"), new TenantScope(Set.of(ACME), false, null), WEB);
    assertTrue(refusal(issuers.verifyLogout(token(Map.of("sid", "")))).contains("`oid`"));
    assertEquals(
        "o-1", logout(issuers.verifyLogout(token(Map.of("sid", "", "oid", "o-1")))).user());
    logout(issuers.verifyLogout(token(Map.of())));
  }

  @Test
  void aNameThatNoStoreCanKeepIsRefused() {
    Issuers issuers = ofAcme(WEB);
    for (String name : List.of("x".repeat(1001), "a\u0000b")) {
      refusal(issuers.verifyLogout(token(Map.of("sid", name))));
      refusal(issuers.verifyLogout(token(Map.of("sid", "", "sub", name))));
      refusal(issuers.verifyLogout(token(Map.of("jti", name))));
    }
  }

  @Test
  void withoutKeysItCannotBeVerifiedNow() {
    issuer.answer(503);
    Issuers issuers = ofAcme(WEB);
    try (LogCapture log = new LogCapture(RemoteKeys.class)) {
      AuthenticationUnavailableException e =
          assertThrows(
              AuthenticationUnavailableException.class,
              () -> issuers.verifyLogout(token(Map.of())),
              log::text);
      assertTrue(String.valueOf(e.getMessage()).contains("main"));
    }
  }
}
