package io.broadcasty.ratelimit;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.tenant.TenantId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many connections a tenant and a user have.
 *
 * <p>The limits are those in force when a place is asked for. A limit that is lowered ends no
 * connection; it refuses new ones until enough have gone.
 */
@ThreadSafe
public interface ConnectionLimiter {

  /** A place that is taken until it is closed; closing it again does nothing. */
  interface Lease extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes a place for a connection of this user; null when there is none. May block for a moment.
   */
  @Nullable Lease tryAcquire(TenantId tenant, String subject);

  /**
   * Whether a connection of this user would find a place, as far as this node knows. Does not
   * block; only {@link #tryAcquire} is certain.
   */
  boolean hasPlace(TenantId tenant, String subject);

  /** The tenant's connections by the name of the node; without nodes that have none. May block. */
  Map<String, Integer> connections(TenantId tenant);
}
