package io.broadcasty.presence;

import java.time.Duration;

/**
 * A connection or a lease that keeps a member present. A member stays as long as it has a holder.
 */
public sealed interface Holder {

  /**
   * A connection of this node, which holds the member until it leaves.
   *
   * @param id unique on the node
   */
  record Connection(String id) implements Holder {}

  /**
   * A lease, which holds the member for a limited time and must be renewed. A member has at most
   * one.
   *
   * @param duration the duration of the lease
   */
  record Lease(Duration duration) implements Holder {}
}
