package io.broadcasty.admin.policy;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Policies in memory; they can be made to fail, and to be changed by others meanwhile. */
@ThreadSafe
public final class FakePolicies implements PolicyRepository, PolicySource {

  @GuardedBy("this")
  private final TreeMap<String, StoredPolicy> policies = new TreeMap<>();

  @GuardedBy("this")
  private long revision;

  /** Thrown instead of a result. */
  public volatile @Nullable RuntimeException fault;

  /** How often another request changes a policy between its reading and its replacement. */
  public volatile int conflicts;

  @Override
  public synchronized @Nullable StoredPolicy find(String id) {
    fail();
    return policies.get(id);
  }

  @Override
  public synchronized List<StoredPolicy> list(TenantId tenant, String after, int limit) {
    fail();
    return policies.tailMap(after, false).values().stream()
        .filter(each -> each.tenant().equals(tenant))
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized long count(TenantId tenant) {
    return list(tenant, "", Integer.MAX_VALUE).size();
  }

  @Override
  public synchronized @Nullable StoredPolicy insert(StoredPolicy policy) {
    fail();
    boolean taken =
        policies.containsKey(policy.id())
            || load(policy.tenant()).stream()
                .anyMatch(each -> each.channels().shape().equals(policy.channels().shape()));
    return taken ? null : put(policy);
  }

  @Override
  public synchronized @Nullable StoredPolicy replace(StoredPolicy changed) {
    fail();
    return isCurrent(changed.id(), changed.revision()) ? put(changed) : null;
  }

  @Override
  public synchronized boolean delete(String id, long read) {
    fail();
    return isCurrent(id, read) && policies.remove(id) != null;
  }

  @Override
  public synchronized int deleteAll(TenantId tenant) {
    fail();
    int before = policies.size();
    policies.values().removeIf(each -> each.tenant().equals(tenant));
    return before - policies.size();
  }

  @Override
  public synchronized List<StoredPolicy> load(TenantId tenant) {
    return list(tenant, "", Integer.MAX_VALUE);
  }

  @Override
  public synchronized AllPolicies loadAll() {
    fail();
    return new AllPolicies(List.copyOf(policies.values()), Set.of());
  }

  private synchronized boolean isCurrent(String id, long read) {
    StoredPolicy found = policies.get(id);
    if (found != null && conflicts > 0) {
      conflicts--;
      found = put(found);
    }
    return found != null && found.revision() == read;
  }

  @GuardedBy("this")
  private StoredPolicy put(StoredPolicy policy) {
    StoredPolicy stored =
        new StoredPolicy(
            policy.id(),
            policy.tenant(),
            policy.channels(),
            policy.rules(),
            policy.settings(),
            policy.createdAtMillis(),
            policy.updatedAtMillis(),
            ++revision);
    policies.put(policy.id(), stored);
    return stored;
  }

  private void fail() {
    RuntimeException now = fault;
    if (now != null) {
      throw now;
    }
  }
}
