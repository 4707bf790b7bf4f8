package io.broadcasty.admin.revocation;

import static io.broadcasty.admin.revocation.TestRevocations.ACME;
import static io.broadcasty.admin.revocation.TestRevocations.OTHER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.admin.revocation.BackChannelLogout.Failed;
import io.broadcasty.admin.revocation.BackChannelLogout.LoggedOut;
import io.broadcasty.admin.revocation.BackChannelLogout.Refused;
import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.LocalNonceStore;
import io.broadcasty.core.auth.LogoutVerifier.Logout;
import io.broadcasty.core.auth.LogoutVerifier.TenantRefused;
import io.broadcasty.core.auth.LogoutVerifier.Verdict;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackChannelLogoutTest {

  private static final String SENDER = "192.0.2.7";

  private final ManualTime time = new ManualTime();
  private final FakeRevocations stored = new FakeRevocations();
  private final RevocationSnapshot snapshot = new RevocationSnapshot(time);
  private final List<AuditEvent> audited = new ArrayList<>();
  private final List<TokenRefused> refused = new ArrayList<>();
  private final RealtimeListener listener =
      new RealtimeListener() {
        @Override
        public void onTokenRefused(TokenRefused event) {
          refused.add(event);
        }
      };
  private final NonceStore nonces =
      new LocalNonceStore(Duration.ofMinutes(20), MemoryBudget.unlimited(MemoryArea.IDS), time);
  private Verdict verdict = logout("ann", null, ACME);
  private final BackChannelLogout use = use(stored, nonces);

  private BackChannelLogout use(@Nullable RevocationRepository repository, NonceStore used) {
    return new BackChannelLogout(
        token -> verdict,
        used,
        new RevocationAdministration(
            repository, Duration.ofHours(1), new MemoryControlTopic(), (tenant, user) -> 0, time),
        audited::add,
        listener,
        time);
  }

  private Logout logout(@Nullable String user, @Nullable String signIn, TenantId... tenants) {
    return new Logout("main", Set.of(tenants), user, signIn, time.now(), "id-1");
  }

  private boolean isRevoked(TenantId tenant, String user, Instant issuedAt, String session) {
    snapshot.readFrom(stored);
    snapshot.refreshAll();
    return snapshot.isRevoked(
        new Caller(
            tenant,
            user,
            Set.of(),
            issuedAt,
            Instant.MAX,
            Map.of("iss", "https://sso.example.com", "sid", session),
            "token"));
  }

  @Test
  void whatTheIssuerHadIssuedToTheUserIsRevokedAndAudited() {
    assertInstanceOf(LoggedOut.class, use.logOut("token", SENDER));
    assertTrue(isRevoked(ACME, "ann", time.now(), "s1"));
    assertFalse(isRevoked(ACME, "ben", time.now(), "s1"));
    assertFalse(isRevoked(OTHER, "ann", time.now(), "s1"));
    assertFalse(isRevoked(ACME, "ann", time.now().plusSeconds(1), "s1"), "signed in again");
    RevocationTarget target = RevocationTarget.user(ACME, "ann");
    assertEquals(
        List.of(
            new AuditEvent(
                ACME,
                "user.logout",
                AuditOutcome.DONE,
                null,
                null,
                SENDER,
                "user:ann",
                "{\"issuer\":\"main\",\"revocation\":\"" + target.id() + "\"}",
                time.nowMillis())),
        audited);
  }

  @Test
  void aSignInEndsAloneWheneverItsTokensAreIssued() {
    verdict = logout(null, "https://sso.example.com s1", ACME, OTHER);
    assertInstanceOf(LoggedOut.class, use.logOut("token", SENDER));
    assertTrue(isRevoked(ACME, "ann", time.now(), "s1"));
    assertTrue(isRevoked(OTHER, "ann", time.now().plusSeconds(600), "s1"));
    assertFalse(isRevoked(ACME, "ann", time.now(), "s2"), "on another device");
    assertEquals(2, audited.size());
    assertEquals("sign_in:https://sso.example.com s1", audited.get(0).target());
  }

  @Test
  void aLogoutTokenCountsOnce() {
    assertInstanceOf(LoggedOut.class, use.logOut("token", SENDER));
    time.advance(Duration.ofSeconds(5));
    Instant again = time.now();
    Refused repeated = assertInstanceOf(Refused.class, use.logOut("token", SENDER));
    assertTrue(repeated.reason().contains("before"), repeated.reason());
    assertFalse(isRevoked(ACME, "ann", again, "s1"), "a repeated token does no harm");
    assertEquals(1, audited.size());
    assertEquals(SENDER, refused.get(0).address());
  }

  @Test
  void aRefusedTokenIsTold() {
    verdict = new TenantRefused("not its tenant", "main", OTHER);
    assertEquals(new Refused("not its tenant"), use.logOut("token", SENDER));
    assertEquals(
        List.of(new TokenRefused(TokenFault.TENANT, "not its tenant", SENDER, "main", OTHER)),
        refused);
    verdict = logout("key:5f2c1b7a90d34e68", null, ACME);
    assertInstanceOf(Refused.class, use.logOut("token", SENDER));
    assertEquals(0, stored.count(null));
    assertEquals(List.of(), audited);
  }

  @Test
  void theSameTokenMayBeSentAgainAfterAFailure() {
    stored.fault = new RevocationStoreException("away", new IllegalStateException());
    try (LogCapture log = new LogCapture(RevocationAdministration.class)) {
      assertTrue(assertInstanceOf(Failed.class, use.logOut("token", SENDER)).again(), log.text());
    }
    assertEquals(AuditOutcome.FAILED, audited.get(0).outcome());
    stored.fault = null;
    assertInstanceOf(LoggedOut.class, use.logOut("token", SENDER));
  }

  @Test
  void aNodeWithoutADatabaseSaysSo() {
    try (LogCapture log = new LogCapture(BackChannelLogout.class)) {
      Failed failed = assertInstanceOf(Failed.class, use(null, nonces).logOut("token", SENDER));
      assertFalse(failed.again());
      assertTrue(log.text().contains("relational database"), log.text());
    }
  }

  @Test
  void aStoreOfIdsThatIsAwayDoesNotKeepAUserIn() {
    BackChannelLogout without =
        use(
            stored,
            (tenant, subject, nonce) -> {
              throw new AuthenticationUnavailableException("away");
            });
    assertInstanceOf(LoggedOut.class, without.logOut("token", SENDER));
    assertTrue(isRevoked(ACME, "ann", time.now(), "s1"));
  }

  @Test
  void anIssuerThatIsAwayIsNoRefusal() {
    BackChannelLogout without =
        new BackChannelLogout(
            token -> {
              throw new AuthenticationUnavailableException("away");
            },
            nonces,
            new RevocationAdministration(
                stored, Duration.ofHours(1), new MemoryControlTopic(), (tenant, user) -> 0, time),
            audited::add,
            listener,
            time);
    try (LogCapture log = new LogCapture(BackChannelLogout.class)) {
      assertTrue(
          assertInstanceOf(Failed.class, without.logOut("token", SENDER)).again(), log.text());
    }
    assertEquals(List.of(), refused);
  }
}
