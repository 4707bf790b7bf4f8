package io.broadcasty.control;

import com.google.errorprone.annotations.ThreadSafe;

/**
 * Tells something to all nodes that share a store, and hears what they tell.
 *
 * <p>Every node hears every message once, its own included, and those of one node in the order in
 * which {@link #publish} was called. Between messages of different nodes there is no order. A node
 * that was cut off from the store hears what it missed as soon as it is connected again, as far as
 * it is still kept (see {@link ControlRetention}); else {@link ControlListener#onMissed} is called.
 */
@ThreadSafe
public interface ControlTopic extends AutoCloseable {

  /**
   * Tells all nodes. Returns once the store has the message, which may block; when the listeners
   * are called is not said: usually within milliseconds with Redis, within 250 ms with a database.
   *
   * @return the message's number, which grows with every message of the store; may have gaps
   * @throws ControlException when the store did not confirm it. Whether it has the message is not
   *     known; publishing it again is right, and does no harm
   */
  long publish(ControlMessage message);

  /**
   * Has a listener hear of every message that is published from now on. A listener that throws is
   * logged, and keeps no other from hearing.
   */
  void listen(ControlListener listener);

  /** Ends hearing. The store stays open. */
  @Override
  void close();
}
