package io.broadcasty.messaging;

import io.broadcasty.streams.broker.Publication;
import java.util.List;

/** An open queue or topic that takes messages. For one thread at a time. */
public interface MessageSink extends AutoCloseable {

  /** Opens a queue or topic. */
  @FunctionalInterface
  interface Opener {

    /**
     * Connects. Blocks.
     *
     * @throws MessagingException says what to change in the configuration or the server
     */
    MessageSink open() throws MessagingException;
  }

  /**
   * Sends each publication as a message, all in one transaction.
   *
   * @throws MessagingException when it is not known whether that has succeeded
   */
  void send(List<Publication> publications) throws MessagingException;

  /** Closes the connection. */
  @Override
  void close();
}
