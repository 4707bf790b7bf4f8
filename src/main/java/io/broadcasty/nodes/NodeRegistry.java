package io.broadcasty.nodes;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.List;

/** The nodes that live. */
@ThreadSafe
public interface NodeRegistry extends AutoCloseable {

  /** This node's name. */
  String self();

  /**
   * The nodes that have lately said that they live, this one among them, in order of their start.
   * What was known last, where the others cannot be asked; does not block.
   */
  List<NodeInfo> nodes();

  /** Says goodbye to the others. */
  @Override
  void close();

  /**
   * Is told of nodes' lives, by the registry's own thread; may block. Whoever keeps something of a
   * node forgets it then.
   */
  interface Listener {

    /**
     * A node has said goodbye, or nothing for too long. Every node may be told of it, at any time
     * until one has returned from here without an exception; twice must do no harm.
     */
    void onGone(String node);

    /**
     * This node's own word did not count for a while, so that others may have forgotten what is
     * kept of it: say it again. Also called at the start.
     */
    void onForgotten();
  }
}
