package io.broadcasty.admin.revocation;

import static io.broadcasty.admin.revocation.TestRevocations.ACME;
import static io.broadcasty.admin.revocation.TestRevocations.OTHER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlMessage.RevocationLifted;
import io.broadcasty.cluster.control.ControlMessage.Revoked;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RevocationAdministrationTest {

  private static final RevocationTarget ANN = RevocationTarget.user(ACME, "ann");
  private static final RevocationTarget TOKEN = RevocationTarget.token(ACME, "t1");
  private static final Duration KEPT = Duration.ofHours(1);

  private final ManualTime time = new ManualTime();
  private final FakeRevocations stored = new FakeRevocations();
  private final List<ControlMessage> published = new ArrayList<>();
  private final List<String> removed = new ArrayList<>();
  private boolean nodesAway;
  private boolean devicesAway;

  private final ControlTopic topic =
      new ControlTopic() {
        @Override
        public long publish(ControlMessage message) {
          if (nodesAway) {
            throw new ControlException("away");
          }
          published.add(message);
          return published.size();
        }

        @Override
        public void addListener(ControlListener listener) {}

        @Override
        public void close() {}
      };

  private final RevocationAdministration use = administration(stored);

  private RevocationAdministration administration(@Nullable RevocationRepository repository) {
    return new RevocationAdministration(
        repository,
        KEPT,
        topic,
        (tenant, user) -> {
          if (devicesAway) {
            throw new ControlException("away");
          }
          removed.add(tenant + "/" + user);
          return 1;
        },
        time);
  }

  private RevocationOutcome.Revoked revoke(RevocationTarget target) {
    return assertInstanceOf(
        RevocationOutcome.Revoked.class, use.revoke(target, null, null), target.toString());
  }

  @Test
  void aUsersTokensOfUntilNowAreRevokedUntilTheyHaveExpired() {
    long now = time.nowMillis();
    RevocationOutcome.Revoked revoked = revoke(ANN);
    assertTrue(revoked.isNew());
    assertEquals(
        new Revocation(ANN, now, now + KEPT.toMillis(), now, now, 1), revoked.revocation());
    assertEquals(revoked.revocation(), stored.find(ANN.id()));
    assertEquals(List.of(new Revoked(ACME, "user", "ann", now, now + 3_600_000)), published);
    assertEquals(List.of("acme/ann"), removed, "its devices get nothing either");
  }

  @Test
  void aTokenIsRevokedWheneverItWasIssued() {
    RevocationOutcome.Revoked revoked = revoke(TOKEN);
    assertEquals(0, revoked.revocation().issuedBeforeMillis());
    assertEquals(
        List.of(new Revoked(ACME, "token", "t1", 0, revoked.revocation().expiresAtMillis())),
        published);
    assertEquals(List.of(), removed);
  }

  @Test
  void timesMayBeGiven() {
    Instant before = time.now().minusSeconds(100);
    Instant end = time.now().plusSeconds(7);
    Revocation revocation =
        assertInstanceOf(RevocationOutcome.Revoked.class, use.revoke(ANN, before, end))
            .revocation();
    assertEquals(before.toEpochMilli(), revocation.issuedBeforeMillis());
    assertEquals(end.toEpochMilli(), revocation.expiresAtMillis());
  }

  /** Tokens that are issued until then must have expired too. */
  @Test
  void aTimeAheadIsKeptForLonger() {
    Instant ahead = time.now().plusSeconds(60);
    Revocation revocation =
        assertInstanceOf(RevocationOutcome.Revoked.class, use.revoke(ANN, ahead, null))
            .revocation();
    assertEquals(ahead.plus(KEPT).toEpochMilli(), revocation.expiresAtMillis());
  }

  @Test
  void impossibleTimesAreRefused() {
    Instant now = time.now();
    for (RevocationOutcome outcome :
        List.of(
            use.revoke(ANN, now.plusSeconds(3601), null),
            use.revoke(ANN, Instant.MIN, null),
            use.revoke(ANN, Instant.MAX, null),
            use.revoke(ANN, null, now),
            use.revoke(ANN, null, Instant.MAX))) {
      assertInstanceOf(RevocationOutcome.Invalid.class, outcome);
    }
    assertEquals(List.of(), published);
  }

  /** A repeated request must notify the nodes again, and never shorten what is in force. */
  @Test
  void revokingAgainExtendsTheRevocation() {
    revoke(ANN);
    long first = time.nowMillis();
    time.advance(Duration.ofMinutes(1));
    stored.conflicts = 2;
    RevocationOutcome.Revoked again = revoke(ANN);
    assertFalse(again.isNew());
    assertEquals(first, again.revocation().createdAtMillis());
    assertEquals(time.nowMillis(), again.revocation().issuedBeforeMillis());
    Instant early = time.now().minusSeconds(600);
    Revocation kept =
        assertInstanceOf(
                RevocationOutcome.Revoked.class, use.revoke(ANN, early, time.now().plusSeconds(1)))
            .revocation();
    assertEquals(again.revocation().issuedBeforeMillis(), kept.issuedBeforeMillis());
    assertEquals(again.revocation().expiresAtMillis(), kept.expiresAtMillis());
    assertEquals(3, published.size());
    stored.conflicts = 100;
    assertInstanceOf(RevocationOutcome.Conflict.class, use.revoke(ANN, null, null));
  }

  @Test
  void theNumberIsBoundedExceptForWholeTenants() {
    revoke(ANN);
    stored.others = RevocationAdministration.MAX_OF_TENANT - 1;
    assertInstanceOf(RevocationOutcome.Invalid.class, use.revoke(TOKEN, null, null));
    revoke(ANN);
    revoke(RevocationTarget.tenant(ACME));
  }

  @Test
  void listsInPages() {
    List<String> ids =
        List.of(revoke(ANN), revoke(TOKEN), revoke(RevocationTarget.tenant(ACME))).stream()
            .map(each -> each.revocation().id())
            .sorted()
            .toList();
    revoke(RevocationTarget.tenant(OTHER));
    RevocationOutcome.Page first =
        assertInstanceOf(RevocationOutcome.Page.class, use.list(ACME, "", 2));
    assertTrue(first.more());
    assertEquals(ids.subList(0, 2), first.revocations().stream().map(Revocation::id).toList());
    RevocationOutcome.Page last =
        assertInstanceOf(RevocationOutcome.Page.class, use.list(ACME, ids.get(1), 2));
    assertFalse(last.more());
    assertEquals(ids.subList(2, 3), last.revocations().stream().map(Revocation::id).toList());
  }

  @Test
  void onlyOnesOwnAreFoundAndLifted() {
    revoke(ANN);
    assertInstanceOf(RevocationOutcome.Missing.class, use.find(OTHER, ANN.id()));
    assertInstanceOf(RevocationOutcome.Missing.class, use.lift(OTHER, ANN.id()));
    assertInstanceOf(RevocationOutcome.Missing.class, use.find(null, "no id"));
    assertInstanceOf(RevocationOutcome.Found.class, use.find(null, ANN.id()));
    published.clear();
    assertEquals(new RevocationOutcome.Lifted(ACME), use.lift(ACME, ANN.id()));
    assertEquals(List.of(new RevocationLifted(ACME, "user", "ann")), published);
    assertNull(stored.find(ANN.id()));
    assertInstanceOf(RevocationOutcome.Missing.class, use.lift(null, ANN.id()));
  }

  @Test
  void nothingIsAnnouncedThatIsNotStored() {
    stored.fault = new RevocationStoreException("away", new IllegalStateException());
    assertInstanceOf(RevocationOutcome.Unavailable.class, use.revoke(ANN, null, null));
    assertInstanceOf(RevocationOutcome.Unavailable.class, use.list(ACME, "", 1));
    assertEquals(List.of(), published);
  }

  @Test
  void nodesThatCannotBeNotifiedAreNotifiedByTheRepetition() {
    nodesAway = true;
    assertInstanceOf(RevocationOutcome.Unavailable.class, use.revoke(ANN, null, null));
    nodesAway = false;
    devicesAway = true;
    assertInstanceOf(RevocationOutcome.Unavailable.class, use.revoke(ANN, null, null));
    devicesAway = false;
    assertFalse(revoke(ANN).isNew());
    assertEquals(2, published.size());
    assertEquals(List.of("acme/ann"), removed);
  }

  @Test
  void withoutADatabaseThereAreNone() {
    RevocationAdministration off = administration(null);
    assertInstanceOf(RevocationOutcome.Off.class, off.revoke(ANN, null, null));
    assertInstanceOf(RevocationOutcome.Off.class, off.list(ACME, "", 1));
    assertInstanceOf(RevocationOutcome.Off.class, off.find(ACME, ANN.id()));
    assertInstanceOf(RevocationOutcome.Off.class, off.lift(ACME, ANN.id()));
  }

  @Test
  void logsShowOnlyTheBeginningOfATokensId() {
    assertEquals(
        "token acme/01234567…", RevocationTarget.token(ACME, "0123456789abcdef").toString());
    assertEquals("user acme/ann", ANN.toString());
    assertEquals("tenant acme", RevocationTarget.tenant(ACME).toString());
    assertFalse(new Revoked(ACME, "token", "0123456789abcdef", 0, 1).toString().contains("0123"));
  }
}
