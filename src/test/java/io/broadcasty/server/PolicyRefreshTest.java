package io.broadcasty.server;

import static io.broadcasty.admin.policy.TestPolicies.ACME;
import static io.broadcasty.admin.policy.TestPolicies.policy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.policy.FakePolicies;
import io.broadcasty.admin.policy.PolicySnapshot;
import io.broadcasty.admin.policy.PolicyStoreException;
import io.broadcasty.admin.policy.StoredPolicy;
import io.broadcasty.cluster.control.ControlMessage.PoliciesChanged;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.DefaultPolicyResolver;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyRefreshTest {

  private static final TenantId BETA = new TenantId("beta");
  private static final ChannelName ORDERS = new ChannelName("orders");

  private final FakePolicies stored = new FakePolicies();
  private final ManualTime time = new ManualTime();
  private final PolicySnapshot snapshot = new PolicySnapshot(time);
  private final Policy policy =
      new Policy(new DefaultPolicyResolver()).withStored(snapshot, snapshot);
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<TenantId> narrowed = new ArrayList<>();
  private final SnapshotRefresh<TenantId> refresh =
      SnapshotRefresh.ofPolicies(snapshot, tasks::add, narrowed::add);

  {
    snapshot.readFrom(stored);
  }

  private void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private StoredPolicy insert(String id, String tenant) {
    StoredPolicy inserted = stored.insert(policy(id, tenant, "orders"));
    assertNotNull(inserted);
    return inserted;
  }

  private boolean allows(String role) {
    return policy.allows(ACME, "ann", Set.of(role), ORDERS, Action.SUBSCRIBE);
  }

  private void makeUnreachable() {
    stored.fault = new PolicyStoreException("away", new IllegalStateException());
  }

  @Test
  void aChangeIsReadAndStreamsAreNarrowed() {
    insert("a", "acme");
    assertTrue(allows("other"), "no node knows of it yet");
    refresh.onMessage(new PoliciesChanged(ACME));
    run();
    assertFalse(allows("other"));
    assertTrue(allows("member"));
    assertEquals(List.of(ACME), narrowed);
  }

  /** A stream may be admitted by the former policies, and be registered after the change. */
  @Test
  void streamsAreNarrowedAgainForAWhile() {
    insert("a", "acme");
    refresh.onMessage(new PoliciesChanged(ACME));
    run();
    for (int second = 0; second < 20; second++) {
      refresh.sweep();
    }
    assertEquals(6, narrowed.size());
  }

  /** As after the deletion of a tenant. */
  @Test
  void aMessageAboutAllPoliciesIsFollowedByReadingAll() {
    insert("a", "acme");
    refresh.onMessage(new PoliciesChanged(null));
    run();
    assertEquals(List.of(ACME), narrowed);
    assertFalse(allows("other"));
  }

  @Test
  void missedMessagesAreMadeUpForByReadingAll() {
    StoredPolicy a = insert("a", "acme");
    insert("b", "beta");
    refresh.onMissed();
    run();
    assertEquals(Set.of(ACME, BETA), Set.copyOf(narrowed));
    narrowed.clear();
    refresh.onMissed();
    run();
    assertEquals(List.of(), narrowed, "nothing has changed");
    assertTrue(stored.delete("a", a.revision()));
    refresh.onMissed();
    run();
    assertEquals(List.of(ACME), narrowed);
    assertTrue(allows("other"), "the built-in rules decide again");
  }

  @Test
  void nothingIsAllowedWhileAChangeCannotBeRead() {
    insert("a", "acme");
    refresh.onMissed();
    run();
    narrowed.clear();
    makeUnreachable();
    refresh.onMessage(new PoliciesChanged(ACME));
    assertTrue(allows("member"), "it is being read");
    time.advance(Duration.ofMillis(501));
    assertFalse(allows("member"), "reading takes too long");
    run();
    assertFalse(allows("member"));
    assertTrue(
        policy.allows(BETA, "ann", Set.of(), ORDERS, Action.SUBSCRIBE), "others are unaffected");
    refresh.sweep();
    refresh.retry();
    run();
    assertEquals(List.of(), narrowed, "streams must not end because the store is away");
    assertFalse(allows("member"));
    stored.fault = null;
    refresh.retry();
    run();
    assertTrue(allows("member"));
    refresh.retry();
    assertTrue(tasks.isEmpty(), "there is nothing to retry");
  }

  @Test
  void theLastPoliciesStayInForceWhenAllCannotBeRead() {
    insert("a", "acme");
    refresh.onMissed();
    run();
    makeUnreachable();
    refresh.onMissed();
    run();
    assertTrue(allows("member"));
    assertFalse(allows("other"));
  }
}
