package io.broadcasty.messaging;

import java.time.Duration;
import java.util.List;

/**
 * An open queue or topic. What it delivers counts as received only after {@link #acknowledge}; when
 * it is closed before, or the connection breaks, it delivers the same messages again, with the same
 * ids. For one thread, except {@link #close}.
 */
public interface MessageQueue extends AutoCloseable {

  /** Opens a queue or topic. */
  @FunctionalInterface
  interface Opener {

    /**
     * Connects. Blocks.
     *
     * @throws MessagingException says what to change in the configuration or the server
     */
    MessageQueue open() throws MessagingException;
  }

  /**
   * Receives messages in the order of the queue, after those received before. The message at index
   * {@code i} of the list is number {@code i} for {@link #deadLetter}, until the next call.
   *
   * @param max the maximum number
   * @param wait for how long to wait for the first
   * @return empty when none has arrived
   * @throws MessagingException when the connection is broken
   */
  List<IncomingMessage> receive(int max, Duration wait) throws MessagingException;

  /**
   * Moves a message to the dead-letter queue, as a part of the next {@link #acknowledge}.
   *
   * @param code of the protocol's table
   * @param reason for people
   * @throws MessagingException when the connection is broken
   */
  void deadLetter(int number, String code, String reason) throws MessagingException;

  /**
   * Acknowledges everything that was received.
   *
   * @throws MessagingException when it is not known whether that has succeeded
   */
  void acknowledge() throws MessagingException;

  /** Closes the connection. */
  @Override
  void close();
}
