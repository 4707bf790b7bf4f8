package io.broadcasty.transport.container;

/** Finds out what a client has not read of one reply that the server buffers. */
public interface ReplyWatch {

  /** Counts replies that wait to be read. */
  interface Ledger {

    /**
     * Called when a reply waits.
     *
     * @param giveUp closes the connection without sending what waits; does not block
     */
    void onWaiting(long bytes, Runnable giveUp);

    /** Called once for each {@link #onWaiting}, when the reply has been sent or dropped. */
    void onEnded(long bytes, Runnable giveUp);
  }

  /** Tells the ledger if a part of the reply waits. Call it once the reply has been written. */
  void onWritten(Ledger ledger);
}
