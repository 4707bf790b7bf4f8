package io.broadcasty.admin.revocation;

import static io.broadcasty.admin.revocation.TestRevocations.ACME;
import static io.broadcasty.admin.revocation.TestRevocations.OTHER;
import static io.broadcasty.admin.revocation.TestRevocations.caller;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Authenticator.Revoked;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RevocationSnapshotTest {

  private static final RevocationTarget ANN = RevocationTarget.user(ACME, "ann");

  private final ManualTime time = new ManualTime();
  private final FakeRevocations stored = new FakeRevocations();
  private final RevocationSnapshot snapshot = new RevocationSnapshot(time);

  {
    snapshot.readFrom(stored);
  }

  private Revocation revocation(RevocationTarget target) {
    long now = time.nowMillis();
    return new Revocation(
        target, target.kind() == RevocationTarget.Kind.TOKEN ? 0 : now, now + 60_000, now, now, 0);
  }

  private boolean isRevoked(TenantId tenant, String user, String token) {
    return snapshot.isRevoked(caller(tenant, user, token, time.now()));
  }

  @Test
  void aTokenIsRevokedInItsTenantOnly() {
    snapshot.add(revocation(RevocationTarget.token(ACME, "t1")));
    assertTrue(isRevoked(ACME, "ann", "t1"));
    assertFalse(isRevoked(ACME, "ann", "t2"));
    assertFalse(isRevoked(OTHER, "ann", "t1"));
    time.advance(Duration.ofSeconds(30));
    assertTrue(isRevoked(ACME, "ann", "t1"), "whenever it was issued");
  }

  @Test
  void aUserIsRevokedInItsTenantOnly() {
    snapshot.add(revocation(ANN));
    assertTrue(isRevoked(ACME, "ann", "t1"));
    assertFalse(isRevoked(ACME, "Ann", "t1"));
    assertFalse(isRevoked(OTHER, "ann", "t1"));
    assertFalse(isRevoked(ACME, "", "ann"));
  }

  @Test
  void aTenantIsRevokedWhole() {
    snapshot.add(revocation(RevocationTarget.tenant(ACME)));
    assertTrue(isRevoked(ACME, "ann", "t1"));
    assertTrue(isRevoked(ACME, "ben", "t2"));
    assertFalse(isRevoked(OTHER, "ann", "t1"));
  }

  /** Tokens name whole seconds, so one of the same second may be from before the revocation. */
  @Test
  void aTokenOfTheSameSecondIsRevokedAndOneOfTheNextIsNot() {
    time.advance(Duration.ofMillis(500));
    snapshot.add(revocation(ANN));
    Instant second = Instant.ofEpochSecond(time.now().getEpochSecond());
    assertTrue(snapshot.isRevoked(caller(ACME, "ann", "t", second.minusSeconds(1))));
    assertTrue(snapshot.isRevoked(caller(ACME, "ann", "t", second)));
    assertTrue(snapshot.isRevoked(caller(ACME, "ann", "t", second.plusMillis(999))));
    assertFalse(snapshot.isRevoked(caller(ACME, "ann", "t", second.plusSeconds(1))));
    assertTrue(
        snapshot.isRevoked(caller(ACME, "ann", "t", Instant.EPOCH)),
        "a token that does not say when it was issued");
  }

  @Test
  void anExpiredRevocationHasNoEffect() {
    snapshot.add(revocation(RevocationTarget.token(ACME, "t1")));
    time.advance(Duration.ofMillis(59_999));
    assertTrue(isRevoked(ACME, "ann", "t1"));
    time.advance(Duration.ofMillis(1));
    assertFalse(isRevoked(ACME, "ann", "t1"));
  }

  @Test
  void apiKeysAreNotRevokedWithTheirTenant() {
    snapshot.add(revocation(RevocationTarget.tenant(ACME)));
    Caller key =
        new Caller(
            ACME,
            "key:k",
            Set.of(),
            Instant.EPOCH,
            Instant.MAX,
            Map.of(),
            "bk_k_secret",
            "k",
            "k",
            null);
    assertFalse(snapshot.isRevoked(key));
  }

  /** The verdict of the moment counts, also for a token that another authenticator has cached. */
  @Test
  void theAuthenticatorRefusesWhatIsRevoked() {
    Authenticated accepted = new Authenticated(caller(ACME, "ann", "t1", time.now()));
    Authenticator tokens =
        new UnrevokedTokens(
            token -> token.equals("good") ? accepted : new Refused("wrong", true), snapshot);
    assertEquals(accepted, tokens.authenticate("good"));
    snapshot.add(revocation(RevocationTarget.token(ACME, "t1")));
    assertInstanceOf(Revoked.class, tokens.authenticate("good"));
    assertEquals(new Refused("wrong", true), tokens.authenticate("bad", "192.0.2.1"));
  }

  @Test
  void readsWhatIsStoredAndForgetsTheRest() {
    snapshot.add(revocation(RevocationTarget.token(ACME, "lifted")));
    assertNotNull(stored.insert(revocation(ANN)));
    assertEquals(List.of(ANN), snapshot.refreshAll());
    assertEquals(List.of(), snapshot.refreshAll());
    assertEquals(1, snapshot.size());
    assertTrue(isRevoked(ACME, "ann", "t1"));
    assertFalse(isRevoked(ACME, "ben", "lifted"));
  }

  /** What was read may be older than what was announced meanwhile. */
  @Test
  void whatIsAnnouncedDuringTheReadingStays() {
    RevocationTarget token = RevocationTarget.token(ACME, "t1");
    stored.afterReading = () -> snapshot.add(revocation(token));
    snapshot.refreshAll();
    assertTrue(isRevoked(ACME, "ben", "t1"));
    stored.afterReading = () -> {};
    snapshot.refreshAll();
    assertFalse(isRevoked(ACME, "ben", "t1"));
    stored.afterReading = () -> snapshot.add(revocation(token));
    assertTrue(snapshot.refresh(token));
    assertTrue(isRevoked(ACME, "ben", "t1"), "made again while the lifted one was read");
    stored.afterReading = () -> {};
    assertTrue(snapshot.refresh(token));
    assertFalse(isRevoked(ACME, "ben", "t1"));
  }

  /** A late message about an earlier revocation of the same user must not weaken a later one. */
  @Test
  void twoRevocationsOfOneTargetRevokeWhatEitherDoes() {
    Revocation early = revocation(ANN);
    time.advance(Duration.ofSeconds(10));
    snapshot.add(revocation(ANN));
    snapshot.add(early);
    assertTrue(isRevoked(ACME, "ann", "t1"));
    time.advance(Duration.ofSeconds(55));
    assertTrue(snapshot.isRevoked(caller(ACME, "ann", "t", Instant.EPOCH)), "the later end");
  }

  @Test
  void whileTheStoreIsAwayWhatIsKnownStays() {
    snapshot.add(revocation(ANN));
    stored.fault = new RevocationStoreException("away", new IllegalStateException());
    assertNull(snapshot.refreshAll());
    assertFalse(snapshot.refresh(ANN));
    assertTrue(isRevoked(ACME, "ann", "t1"));
  }
}
