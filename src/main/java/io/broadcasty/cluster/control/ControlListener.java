package io.broadcasty.cluster.control;

/** Receives control messages. Called by one thread at a time; must not block for long. */
public interface ControlListener {

  /**
   * Called with a message of any node, this one included. Messages of one node come once each, in
   * the order in which it published them.
   */
  void onMessage(ControlMessage message);

  /**
   * Called when messages may have been missed permanently: this node was disconnected for longer
   * than they are kept, or the store has lost them. A listener that caches data which messages keep
   * up to date reads it again.
   */
  default void onMissed() {}
}
