package io.broadcasty.control;

/** Hears what nodes tell each other. Called by one thread at a time; must not block for long. */
public interface ControlListener {

  /**
   * A message of any node, this one included. Messages of one node come in the order in which it
   * published them, each once.
   */
  void onMessage(ControlMessage message);

  /**
   * Messages may have been missed for good: this node was cut off for longer than they are kept, or
   * the store has lost them. Whoever remembers something that messages keep up to date reads it
   * anew.
   */
  default void onMissed() {}
}
