package io.broadcasty.core.ratelimit;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Limits the connections of each tenant and user.
 *
 * <p>The limits are those in force when a connection is requested. Lowering a limit ends no
 * connection; new ones are refused until the count is below it.
 */
@ThreadSafe
public interface ConnectionLimiter {

  /** A permit for one connection, held until it is closed; closing it again does nothing. */
  interface Permit extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Acquires a permit for a connection of this user; returns null when a limit is reached. May
   * block briefly.
   */
  @Nullable Permit tryAcquire(TenantId tenant, String subject);

  /**
   * Returns whether a connection of this user would get a permit, as far as this node knows. Does
   * not block; only {@link #tryAcquire} is certain.
   */
  boolean hasCapacity(TenantId tenant, String subject);

  /** Returns the tenant's connections by node name, without nodes that have none. May block. */
  Map<String, Integer> connections(TenantId tenant);
}
