package io.broadcasty.core.ratelimit;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Limits the connections of one node. */
@ThreadSafe
public final class LocalConnectionLimiter implements ConnectionLimiter {

  private final ConcurrentHashMap<TenantId, Counts> connections = new ConcurrentHashMap<>();
  private final String node;
  private final TenantSettingsLookup tenants;

  /**
   * The tenant or user whose connections are counted.
   *
   * @param subject null for the whole tenant
   */
  public record Owner(TenantId tenant, @Nullable String subject) {}

  /**
   * The counts of a tenant and its users, updated together, so that a refused connection of a user
   * never occupies a place of the tenant.
   */
  private static final class Counts {
    private int all;
    private final Map<String, Integer> users = new HashMap<>();

    synchronized boolean add(String subject, TenantSettings max) {
      if (all >= max.maxConnections() || of(subject) >= max.maxConnectionsPerUser()) {
        return false;
      }
      all++;
      users.merge(subject, 1, Integer::sum);
      return true;
    }

    synchronized void remove(String subject) {
      all--;
      users.computeIfPresent(subject, (s, count) -> count == 1 ? null : count - 1);
    }

    synchronized int of(@Nullable String subject) {
      return subject == null ? all : users.getOrDefault(subject, 0);
    }

    synchronized List<String> users() {
      return List.copyOf(users.keySet());
    }
  }

  /**
   * @param node this node's name
   * @param tenants the connection limits of tenants and users; queried each time
   */
  public LocalConnectionLimiter(String node, TenantSettingsLookup tenants) {
    this.node = node;
    this.tenants = tenants;
  }

  @Override
  public @Nullable Permit tryAcquire(TenantId tenant, String subject) {
    TenantSettings max = tenants.of(tenant);
    boolean[] acquired = new boolean[1];
    connections.compute(
        tenant,
        (t, known) -> {
          Counts counts = known == null ? new Counts() : known;
          acquired[0] = counts.add(subject, max);
          return counts.of(null) == 0 ? null : counts;
        });
    if (!acquired[0]) {
      return null;
    }
    AtomicBoolean held = new AtomicBoolean(true);
    return () -> {
      if (held.getAndSet(false)) {
        release(tenant, subject);
      }
    };
  }

  private void release(TenantId tenant, String subject) {
    connections.computeIfPresent(
        tenant,
        (t, counts) -> {
          counts.remove(subject);
          return counts.of(null) == 0 ? null : counts;
        });
  }

  @Override
  public boolean hasCapacity(TenantId tenant, String subject) {
    TenantSettings max = tenants.of(tenant);
    return count(new Owner(tenant, null)) < max.maxConnections()
        && count(new Owner(tenant, subject)) < max.maxConnectionsPerUser();
  }

  @Override
  public Map<String, Integer> connections(TenantId tenant) {
    int count = count(new Owner(tenant, null));
    return count == 0 ? Map.of() : Map.of(node, count);
  }

  /** Returns how many connections a tenant or user has on this node. */
  public int count(Owner owner) {
    Counts counts = connections.get(owner.tenant());
    return counts == null ? 0 : counts.of(owner.subject());
  }

  /** Returns the tenants and users with connections on this node. */
  public Set<Owner> owners() {
    Set<Owner> owners = new HashSet<>();
    connections.forEach(
        (tenant, counts) -> {
          owners.add(new Owner(tenant, null));
          counts.users().forEach(user -> owners.add(new Owner(tenant, user)));
        });
    return owners;
  }
}
