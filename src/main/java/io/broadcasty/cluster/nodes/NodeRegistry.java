package io.broadcasty.cluster.nodes;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.List;

/** Lists the live nodes of the cluster. */
@ThreadSafe
public interface NodeRegistry extends AutoCloseable {

  /** Returns this node's name. */
  String self();

  /**
   * Returns the nodes with a recent heartbeat, including this one, in order of their start. Returns
   * the last known ones when the registry cannot be reached; does not block.
   */
  List<NodeInfo> nodes();

  /**
   * Returns whether this node has been cut off from the store that nodes share while others have
   * not, so that its clients are better served there; does not block.
   */
  default boolean isCutOff() {
    return false;
  }

  /** Removes this node, so that the others learn at once that it is gone. */
  @Override
  void close();

  /**
   * Listens to nodes that are gone, on the registry's own thread; may block. A component that
   * stores data for each node removes it then.
   */
  interface Listener {

    /**
     * Called when a node has left, or its heartbeat has expired. Every node may be called, at any
     * time until one call has returned without an exception; must be idempotent.
     */
    void onGone(String node);

    /**
     * Called when the data of this node may be missing and has to be stored again: its own
     * heartbeat had expired for a while, so that others may have removed the data, or the store may
     * have lost its last writes by a failover. Also called at the start.
     */
    void onSelfExpired();
  }
}
