package io.broadcasty.broker;

import io.broadcasty.channel.TenantChannel;
import org.jspecify.annotations.Nullable;

/**
 * What a publisher hands in, checked and authorised, before it has a position. JSON parts are kept
 * verbatim.
 *
 * @param channel where to
 * @param partition which partition, below the number the policy tells
 * @param id the envelope's id, unique in the channel
 * @param idempotent whether the publisher chose the id, so that a repetition must be recognised
 * @param payload JSON text
 * @param meta JSON text, if any
 * @param event an application's name for the kind of event, if any
 * @param correlationId ties an answer to its question, if any
 * @param replyTo the channel for the answer, if any
 */
public record Envelope(
    TenantChannel channel,
    int partition,
    String id,
    boolean idempotent,
    String payload,
    @Nullable String meta,
    @Nullable String event,
    @Nullable String correlationId,
    @Nullable String replyTo) {

  private static final int OVERHEAD_BYTES = 200;

  /** About how much memory it takes, in bytes; what retention by bytes counts. */
  public int costBytes() {
    return OVERHEAD_BYTES + payload.length() + (meta == null ? 0 : meta.length());
  }

  /** Does not show the payload, so that it may be logged. */
  @Override
  public String toString() {
    return "Envelope[" + channel + "/" + partition + "]";
  }
}
