package io.broadcasty.ratelimit;

import io.broadcasty.tenant.TenantId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Counts the connections of one node. */
public final class LocalConnectionLimiter implements ConnectionLimiter {

  private final ConcurrentHashMap<Owner, Integer> counts = new ConcurrentHashMap<>();
  private final String node;
  private final int maxPerTenant;
  private final int maxPerUser;

  /**
   * Whose connections are counted.
   *
   * @param subject null for all of the tenant
   */
  public record Owner(TenantId tenant, @Nullable String subject) {}

  /**
   * @param node this node's name
   */
  public LocalConnectionLimiter(String node, int maxPerTenant, int maxPerUser) {
    this.node = node;
    this.maxPerTenant = maxPerTenant;
    this.maxPerUser = maxPerUser;
  }

  @Override
  public @Nullable Lease tryAcquire(TenantId tenant, String subject) {
    Owner all = new Owner(tenant, null);
    Owner user = new Owner(tenant, subject);
    if (!increment(all, maxPerTenant)) {
      return null;
    }
    if (!increment(user, maxPerUser)) {
      decrement(all);
      return null;
    }
    AtomicBoolean held = new AtomicBoolean(true);
    return () -> {
      if (held.getAndSet(false)) {
        decrement(all);
        decrement(user);
      }
    };
  }

  @Override
  public boolean hasPlace(TenantId tenant, String subject) {
    return count(new Owner(tenant, null)) < maxPerTenant
        && count(new Owner(tenant, subject)) < maxPerUser;
  }

  @Override
  public Map<String, Integer> connections(TenantId tenant) {
    int count = count(new Owner(tenant, null));
    return count == 0 ? Map.of() : Map.of(node, count);
  }

  /** How many connections somebody has here. */
  public int count(Owner owner) {
    return counts.getOrDefault(owner, 0);
  }

  /** Who has connections here. */
  public Set<Owner> owners() {
    return Set.copyOf(counts.keySet());
  }

  private boolean increment(Owner owner, int max) {
    boolean[] taken = new boolean[1];
    counts.compute(
        owner,
        (k, count) -> {
          int now = count == null ? 0 : count;
          taken[0] = now < max;
          return taken[0] ? Integer.valueOf(now + 1) : count;
        });
    return taken[0];
  }

  private void decrement(Owner owner) {
    counts.computeIfPresent(owner, (k, count) -> count == 1 ? null : Integer.valueOf(count - 1));
  }
}
