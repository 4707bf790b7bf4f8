package io.broadcasty.streams.broker;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.HeapSize;

/**
 * A message with its channel and partition, validated and authorised, before it has a position.
 *
 * @param channel the channel to publish to
 * @param partition below the number of partitions that the policy returns
 * @param id the envelope's id, unique in the channel
 * @param idempotent whether the publisher chose the id, so that a repetition must be recognised
 * @param ephemeral whether it is only announced: it gets no position, is not kept, and a repetition
 *     is not recognised
 */
public record Envelope(
    TenantChannel channel,
    int partition,
    String id,
    boolean idempotent,
    Message message,
    boolean ephemeral) {

  /** Creates an envelope that is kept. */
  public Envelope(
      TenantChannel channel, int partition, String id, boolean idempotent, Message message) {
    this(channel, partition, id, idempotent, message, false);
  }

  /** The objects of a publication and its message, without their texts, and its slot. */
  private static final int OVERHEAD_BYTES = 200;

  /** Returns the approximate size in memory, in bytes; retention by bytes counts it. */
  public int costBytes() {
    return OVERHEAD_BYTES
        + HeapSize.ofText(channel.name().value())
        + HeapSize.ofText(id)
        + message.costBytes();
  }

  /** Returns a copy whose id is recognised when it is repeated. */
  public Envelope asIdempotent() {
    return idempotent ? this : new Envelope(channel, partition, id, true, message, ephemeral);
  }

  /** Returns what is left of it when its message is erased: its place and its id. */
  public Envelope erased() {
    return new Envelope(channel, partition, id, idempotent, Message.ERASED, ephemeral);
  }

  /** Omits the message, so that it may be logged. */
  @Override
  public String toString() {
    return "Envelope[" + channel + "/" + partition + "]";
  }
}
