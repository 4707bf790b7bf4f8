package io.broadcasty.session;

import io.broadcasty.auth.Caller;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Counts this node's connections of a tenant and of a user. Safe for use by several threads. */
public final class ConnectionLimits {

  private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();
  private final int maxPerTenant;
  private final int maxPerUser;

  public ConnectionLimits(int maxPerTenant, int maxPerUser) {
    this.maxPerTenant = maxPerTenant;
    this.maxPerUser = maxPerUser;
  }

  /** A place that is taken until it is closed; closing it again does nothing. */
  public interface Lease extends AutoCloseable {
    @Override
    void close();
  }

  /** Takes a place for a connection of this caller; null when there is none. */
  public @Nullable Lease tryAcquire(Caller caller) {
    String tenant = caller.tenant().value();
    String user = tenant + "/" + caller.subject();
    if (!increment(tenant, maxPerTenant)) {
      return null;
    }
    if (!increment(user, maxPerUser)) {
      decrement(tenant);
      return null;
    }
    AtomicBoolean held = new AtomicBoolean(true);
    return () -> {
      if (held.getAndSet(false)) {
        decrement(tenant);
        decrement(user);
      }
    };
  }

  /** Whether a connection of this caller would find a place at this moment. */
  public boolean hasPlace(Caller caller) {
    String tenant = caller.tenant().value();
    return counts.getOrDefault(tenant, 0) < maxPerTenant
        && counts.getOrDefault(tenant + "/" + caller.subject(), 0) < maxPerUser;
  }

  private boolean increment(String key, int max) {
    boolean[] taken = new boolean[1];
    counts.compute(
        key,
        (k, count) -> {
          int now = count == null ? 0 : count;
          taken[0] = now < max;
          return taken[0] ? Integer.valueOf(now + 1) : count;
        });
    return taken[0];
  }

  private void decrement(String key) {
    counts.computeIfPresent(key, (k, count) -> count == 1 ? null : Integer.valueOf(count - 1));
  }
}
