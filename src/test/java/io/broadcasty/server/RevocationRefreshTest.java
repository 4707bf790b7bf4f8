package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.revocation.FakeRevocations;
import io.broadcasty.admin.revocation.RevocationSnapshot;
import io.broadcasty.admin.revocation.RevocationStoreException;
import io.broadcasty.admin.revocation.RevocationTarget;
import io.broadcasty.admin.revocation.TestRevocations;
import io.broadcasty.cluster.control.ControlMessage.RevocationLifted;
import io.broadcasty.cluster.control.ControlMessage.Revoked;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RevocationRefreshTest {

  private static final TenantId ACME = TestRevocations.ACME;
  private static final RevocationTarget ANN = RevocationTarget.user(ACME, "ann");
  private static final long NEVER = 99_000_000_000_000L;

  private final FakeRevocations stored = new FakeRevocations();
  private final RevocationSnapshot snapshot = new RevocationSnapshot(new ManualTime());
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<RevocationTarget> ended = new ArrayList<>();
  private final RevocationRefresh refresh =
      new RevocationRefresh(snapshot, tasks::add, new ManualTime(), ended::add);

  {
    snapshot.readFrom(stored);
  }

  private void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private boolean isRevoked(String user) {
    return snapshot.isRevoked(TestRevocations.caller(ACME, user, "t", Instant.EPOCH));
  }

  /** The database may be away or slow; the message says all that is needed. */
  @Test
  void anAnnouncedRevocationIsInForceBeforeAnythingIsRead() {
    stored.fault = new RevocationStoreException("away", new IllegalStateException());
    refresh.onMessage(new Revoked(ACME, "user", "ann", 1000, NEVER));
    assertTrue(isRevoked("ann"));
    assertEquals(List.of(ANN), ended);
    assertTrue(tasks.isEmpty());
  }

  /** A stream may be admitted just before the revocation, and be registered after it. */
  @Test
  void streamsAreEndedAgainForAWhile() {
    refresh.onMessage(new Revoked(ACME, "user", "ann", 1000, NEVER));
    for (int second = 0; second < 20; second++) {
      refresh.sweep();
    }
    assertEquals(Collections.nCopies(11, ANN), ended);
  }

  @Test
  void missedMessagesAreMadeUpForByReadingAll() {
    assertNotNull(stored.insert(TestRevocations.revocation(ANN)));
    refresh.onMissed();
    run();
    assertTrue(isRevoked("ann"));
    assertEquals(List.of(ANN), ended);
    refresh.onMissed();
    run();
    assertEquals(List.of(ANN), ended, "nothing is new");
  }

  @Test
  void aLiftedRevocationIsReadAgainAndWhenThatFailsLater() {
    refresh.onMessage(new Revoked(ACME, "user", "ann", 1000, NEVER));
    stored.fault = new RevocationStoreException("away", new IllegalStateException());
    refresh.onMessage(new RevocationLifted(ACME, "user", "ann"));
    run();
    assertTrue(isRevoked("ann"), "fails safe");
    refresh.retry();
    run();
    assertTrue(isRevoked("ann"));
    stored.fault = null;
    refresh.retry();
    run();
    assertFalse(isRevoked("ann"));
    refresh.retry();
    assertTrue(tasks.isEmpty(), "there is nothing to retry");
  }

  /** Messages of different nodes have no order: it may have been made again before. */
  @Test
  void aRevocationThatWasMadeAgainSurvivesALateMessageOfItsEnd() {
    assertNotNull(stored.insert(TestRevocations.revocation(ANN)));
    refresh.onMessage(new Revoked(ACME, "user", "ann", 5000, NEVER));
    refresh.onMessage(new RevocationLifted(ACME, "user", "ann"));
    run();
    assertTrue(isRevoked("ann"));
  }

  @Test
  void whatOnlyLaterReleasesKnowIsIgnored() {
    refresh.onMessage(new Revoked(ACME, "device", "d1", 1000, NEVER));
    refresh.onMessage(new RevocationLifted(ACME, "device", "d1"));
    assertEquals(List.of(), ended);
    assertTrue(tasks.isEmpty());
  }
}
