package io.broadcasty.admin.policy;

import static io.broadcasty.admin.policy.TestPolicies.ACME;
import static io.broadcasty.admin.policy.TestPolicies.policy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.PolicyRule;
import io.broadcasty.core.rbac.RetentionLimits;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The contract of {@link PolicyRepository} and of the {@link PolicySource} on the same store. */
public abstract class PolicyRepositoryContract {

  /** Returns the repository under test, initially empty; the same throughout a test. */
  protected abstract PolicyRepository repository();

  /** Returns what the data plane of another node reads. */
  protected abstract PolicySource source();

  /** Makes the store unreachable from now on. */
  protected abstract void makeUnreachable();

  private StoredPolicy insert(String id, String tenant, String channels) {
    return Objects.requireNonNull(repository().insert(policy(id, tenant, channels)));
  }

  private static List<String> ids(List<StoredPolicy> policies) {
    return policies.stream().map(StoredPolicy::id).toList();
  }

  @Test
  void theDataPlaneReadsWhatWasInserted() {
    assertNull(repository().find("a"));
    assertEquals(List.of(), source().loadAll().policies());
    StoredPolicy policy =
        new StoredPolicy(
            "a",
            ACME,
            PolicyPattern.parse("private-{https://example.com/org}:{sub}.*"),
            List.of(
                new PolicyRule(
                    Set.of(ChannelOperation.values()),
                    Set.of("Ümläut ☃", "b"),
                    Set.of("ann", "o'hara\"\\"),
                    Map.of(new ClaimPath("/org/plan"), "pro", new ClaimPath("x"), "y"),
                    true),
                new PolicyRule(
                    Set.of(ChannelOperation.PUBLISH), Set.of(), Set.of(), Map.of(), false)),
            new ChannelSettings(new RetentionLimits(60L, 10L, 2048L), true, 4, false, true, false),
            1000,
            99_000_000_000_000L,
            0);
    StoredPolicy inserted = repository().insert(policy);
    assertNotNull(inserted);
    assertEquals(policy.rules(), inserted.rules());
    assertEquals(policy.settings(), inserted.settings());
    assertEquals(policy.channels(), inserted.channels());
    assertEquals(99_000_000_000_000L, inserted.updatedAtMillis());
    assertEquals(inserted, repository().find("a"));
    assertEquals(List.of(inserted), source().load(ACME));
    assertEquals(List.of(inserted), source().loadAll().policies());
    assertNull(repository().insert(policy), "there is one already");
  }

  @Test
  void aTenantHasOnePolicyOfAShape() {
    insert("a", "acme", "private-user:{sub}");
    assertNull(repository().insert(policy("b", "acme", "private-user:{org}")));
    insert("c", "acme", "private-user:*");
    insert("d", "other", "private-user:{sub}");
    insert("e", "acme", "orders");
    insert("f", "acme", "Orders");
    assertEquals(List.of("a", "c", "e", "f"), ids(repository().list(ACME, "", 10)));
  }

  @Test
  void theLargestRulesAreKept() {
    PolicyRule rule =
        new PolicyRule(
            Set.of(ChannelOperation.SUBSCRIBE),
            Set.of("☃".repeat(15_900)),
            Set.of(),
            Map.of(),
            true);
    assertNull(PolicyAdministration.fault(List.of(rule)));
    StoredPolicy large = policy("a", "acme", "a").with(List.of(rule), ChannelSettings.NONE, 1000);
    StoredPolicy inserted = repository().insert(large);
    assertNotNull(inserted);
    assertEquals(List.of(rule), source().loadAll().policies().get(0).rules());
  }

  @Test
  void listsAndCountsOneTenantsPoliciesInOrder() {
    for (String id : List.of("c", "a", "d", "b")) {
      insert(id, id.equals("d") ? "other" : "acme", "channel-" + id);
    }
    assertEquals(List.of("a", "b", "c"), ids(repository().list(ACME, "", 10)));
    assertEquals(List.of("a", "b"), ids(repository().list(ACME, "", 2)));
    assertEquals(List.of("c"), ids(repository().list(ACME, "bb", 2)));
    assertEquals(3, repository().count(ACME));
    assertEquals(0, repository().count(new TenantId("nobody")));
    assertEquals(List.of("d"), ids(source().load(new TenantId("other"))));
    assertEquals(4, source().loadAll().policies().size());
  }

  @Test
  void replacesOnlyTheRevisionThatWasRead() {
    StoredPolicy first = insert("a", "acme", "orders");
    List<PolicyRule> rules = List.of(TestPolicies.rule(ChannelOperation.PUBLISH, "publisher"));
    ChannelSettings settings =
        new ChannelSettings(RetentionLimits.NONE, false, null, true, true, false);
    StoredPolicy changed = repository().replace(first.with(rules, settings, 2000));
    assertNotNull(changed);
    assertNotEquals(first.revision(), changed.revision());
    assertEquals(rules, changed.rules());
    assertEquals(settings, changed.settings());
    assertEquals(2000, changed.updatedAtMillis());
    assertEquals(1000, changed.createdAtMillis());
    assertEquals(changed, repository().find("a"));
    assertEquals(List.of(changed), source().load(ACME));
    assertNull(
        repository().replace(first.with(List.of(), ChannelSettings.NONE, 3000)),
        "it has changed since");
    assertNull(repository().replace(policy("missing", "acme", "b")));
  }

  @Test
  void deletesOnlyTheRevisionThatWasRead() {
    StoredPolicy first = insert("a", "acme", "orders");
    StoredPolicy changed = repository().replace(first.with(List.of(), ChannelSettings.NONE, 2000));
    assertNotNull(changed);
    assertFalse(repository().delete("a", first.revision()));
    assertTrue(repository().delete("a", changed.revision()));
    assertFalse(repository().delete("a", changed.revision()));
    assertNull(repository().find("a"));
    insert("b", "acme", "orders");
  }

  @Test
  void deletesAllPoliciesOfOneTenant() {
    insert("a", "acme", "a");
    insert("b", "acme", "b");
    StoredPolicy other = insert("c", "other", "a");
    assertEquals(2, repository().deleteAll(ACME));
    assertEquals(0, repository().deleteAll(ACME));
    assertEquals(List.of(other), source().loadAll().policies());
  }

  @Test
  void everyCallReportsAnUnreachableStore() {
    makeUnreachable();
    assertThrows(PolicyStoreException.class, () -> repository().find("a"));
    assertThrows(PolicyStoreException.class, () -> repository().list(ACME, "", 1));
    assertThrows(PolicyStoreException.class, () -> repository().count(ACME));
    assertThrows(PolicyStoreException.class, () -> repository().insert(policy("a", "acme", "a")));
    assertThrows(PolicyStoreException.class, () -> repository().replace(policy("a", "acme", "a")));
    assertThrows(PolicyStoreException.class, () -> repository().delete("a", 1));
    assertThrows(PolicyStoreException.class, () -> repository().deleteAll(ACME));
    assertThrows(PolicyStoreException.class, () -> source().load(ACME));
    assertThrows(PolicyStoreException.class, () -> source().loadAll());
  }
}
