package io.broadcasty.admin.explorer;

import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The authenticated connections of this node. Does not block. */
@FunctionalInterface
public interface OpenConnections {

  /**
   * Some of the connections that match.
   *
   * @param count how many match in all
   * @param connections in order of their numbers
   */
  record Found(int count, List<ExploredConnection> connections) {}

  /**
   * Finds connections of a tenant, in order of their numbers.
   *
   * @param user null for all users
   * @param transport null for all transports
   * @param after the number before the first one to return
   * @param limit the maximum number to return; 0 to count only
   */
  Found find(
      TenantId tenant,
      @Nullable String user,
      @Nullable TransportType transport,
      long after,
      int limit);
}
