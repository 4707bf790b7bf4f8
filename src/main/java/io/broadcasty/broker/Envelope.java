package io.broadcasty.broker;

import io.broadcasty.channel.TenantChannel;

/**
 * A message with its address, checked and authorised, before it has a position.
 *
 * @param channel where to
 * @param partition which partition, below the number the policy tells
 * @param id the envelope's id, unique in the channel
 * @param idempotent whether the publisher chose the id, so that a repetition must be recognised
 */
public record Envelope(
    TenantChannel channel, int partition, String id, boolean idempotent, Message message) {

  private static final int OVERHEAD_BYTES = 200;

  /** About how much memory it takes, in bytes; what retention by bytes counts. */
  public int costBytes() {
    return OVERHEAD_BYTES + message.costBytes();
  }

  /** The same envelope with an id that is recognised when it comes again. */
  public Envelope asIdempotent() {
    return idempotent ? this : new Envelope(channel, partition, id, true, message);
  }

  /** Does not show the message, so that it may be logged. */
  @Override
  public String toString() {
    return "Envelope[" + channel + "/" + partition + "]";
  }
}
