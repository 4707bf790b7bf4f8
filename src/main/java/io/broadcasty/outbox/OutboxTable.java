package io.broadcasty.outbox;

import java.util.List;

/**
 * The outbox table of a source. Every method may block, and throws {@link OutboxException} when the
 * table cannot be used; nothing has changed then, except that published rows may still be there.
 */
public interface OutboxTable extends AutoCloseable {

  /** Publishes rows. */
  @FunctionalInterface
  interface Work {

    /**
     * Decides on rows, which no other node reads meanwhile.
     *
     * @param rows of all channels, in order of their ids; never empty
     * @return a verdict for each row, in the same order
     */
    List<RowVerdict> decide(List<OutboxRow> rows);
  }

  /**
   * Hands over the first rows, then deletes or sets aside those that are decided, in one
   * transaction. Nothing happens while another node does the same.
   *
   * @param maxRows the most rows
   * @param maxPayloadBytes longer payloads are not read
   * @return the number of rows read; 0 also when another node reads
   */
  int read(int maxRows, long maxPayloadBytes, Work work);

  /**
   * Waits until there may be rows: until the database has told so, {@link #close} is called, or the
   * time is over. A database that tells nothing lets the time pass.
   *
   * @param millis the longest time to wait
   */
  void await(long millis) throws InterruptedException;

  /** Returns whether the database tells {@link #await} of new rows. */
  boolean isTold();

  /** Returns the number of rows that were set aside. */
  long countRefused();

  /**
   * Returns rows that were set aside, in order of their ids.
   *
   * @param afterId the last id of the page before; 0 for the first page
   */
  List<RefusedRow> refused(long afterId, int limit);

  /**
   * Puts a row back that was set aside, so that it is published next.
   *
   * @return whether there was such a row
   */
  boolean retry(long id);

  /**
   * Deletes a row that was set aside.
   *
   * @return whether there was such a row
   */
  boolean remove(long id);

  /** Closes its connections, and ends {@link #await}. */
  @Override
  void close();
}
