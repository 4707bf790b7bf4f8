package io.broadcasty.presence;

import java.time.Duration;

/** What keeps a member present. A member stays as long as it has a holder. */
public sealed interface Holder {

  /**
   * A connection of this node: until it leaves.
   *
   * @param id unique on the node
   */
  record Connection(String id) implements Holder {}

  /**
   * A word that was given for a while, and must be renewed in time. A member has at most one.
   *
   * @param life how long it holds
   */
  record Lease(Duration life) implements Holder {}
}
