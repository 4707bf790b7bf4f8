package io.broadcasty.cluster.control;

import com.google.errorprone.annotations.ThreadSafe;

/**
 * Publishes control messages to all nodes that share a store, and receives theirs.
 *
 * <p>Every node receives every message once, its own included, and those of one node in the order
 * in which {@link #publish} was called. Between messages of different nodes there is no order. A
 * node that was disconnected from the store receives what it missed as soon as it is connected
 * again, as far as it is still kept (see {@link ControlRetention}); otherwise {@link
 * ControlListener#onMissed} is called.
 */
@ThreadSafe
public interface ControlTopic extends AutoCloseable {

  /**
   * Publishes a message to all nodes. Returns once the store has the message, which may block. When
   * the listeners are called is not defined: usually within milliseconds with Redis, within 250 ms
   * with a database.
   *
   * @return the message's number, which grows with every message of the store; may have gaps
   * @throws ControlException when the store did not confirm the message, and may or may not have
   *     it; publishing it again is right, and does no harm
   */
  long publish(ControlMessage message);

  /**
   * Adds a listener for every message that is published from now on. A listener that throws is
   * logged, and does not affect the others.
   */
  void addListener(ControlListener listener);

  /** Stops receiving messages. The store stays open. */
  @Override
  void close();
}
