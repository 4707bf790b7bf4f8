package io.broadcasty.transport.container;

/** Closes its connection without sending what still waits, which no servlet API offers. */
public interface AbortableOutput {

  /** Lets the server write the end of the response without waiting for the peer. */
  void endWrites();

  /** Closes the connection at once and drops what waits to be sent. Does not block. */
  void abort();
}
