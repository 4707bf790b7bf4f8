package io.broadcasty.outbox;

import org.jspecify.annotations.Nullable;

/**
 * A row of an outbox table: a publication that its application has committed.
 *
 * @param id of the row; within a channel, ids are in the order of the commits
 * @param payload JSON; null when it is longer than its reader asked for
 * @param payloadBytes its length in UTF-8
 * @param event the type of the event; null for none
 * @param partitionKey null for none
 * @param headers a JSON object of strings; null for none
 * @param messageId the id that the application has chosen; null for none
 * @param createdMicros when it was written, in microseconds since the Unix epoch by the clock of
 *     the database
 */
public record OutboxRow(
    long id,
    String channel,
    @Nullable String payload,
    long payloadBytes,
    @Nullable String event,
    @Nullable String partitionKey,
    @Nullable String headers,
    @Nullable String messageId,
    long createdMicros) {

  /** The radix that makes the time of a row short. */
  private static final int RADIX = 36;

  /**
   * Returns the id under which the row is published once: that of the application, otherwise one of
   * source, row and time, so that a table that begins again with row 1 repeats no id.
   */
  public String publicationId(String source) {
    return messageId == null
        ? "outbox-" + source + "-" + id + "-" + Long.toString(createdMicros, RADIX)
        : messageId;
  }
}
