package io.broadcasty.relay;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.Position;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stores how far each channel has been relayed, and which node relays it.
 *
 * <p>A node claims a channel for a lease, which each {@link #save} renews; when the node dies,
 * another may claim the channel after the lease.
 *
 * <p>Every method may block, and throws a {@link io.broadcasty.streams.broker.BrokerException} when
 * the checkpoints cannot be reached; trying again later is right. Shared by the nodes that share
 * the streams.
 */
@ThreadSafe
public interface Checkpoints {

  /**
   * Returns when this installation began to relay, in milliseconds since the Unix epoch: the
   * argument of the very first call. Publications from before are not relayed.
   */
  long startedAt(long nowMillis);

  /**
   * Claims a channel.
   *
   * @param owner identifies this run of the node; an owner that has the claim already gets it again
   * @return the last position relayed of each partition; null while another node has the claim
   */
  @Nullable Map<Integer, Position> claim(TenantChannel channel, String owner);

  /** Returns the last position relayed of each partition, without a claim. */
  Map<Integer, Position> read(TenantChannel channel);

  /**
   * Returns the last positions relayed of many channels, by partition, read together. A channel is
   * left out only if its positions cannot be read now; one whose positions cannot be decoded has
   * none, so that it is relayed, which fails and reports it.
   */
  Map<TenantChannel, Map<Integer, Position>> read(Collection<TenantChannel> channels);

  /**
   * Saves that everything up to this position has been relayed, or is skipped.
   *
   * @return false when the claim was lost; then nothing is saved
   */
  boolean save(TenantChannel channel, String owner, Position relayed);

  /** Releases the claim, if it is still held. */
  void release(TenantChannel channel, String owner);

  /** Deletes channels that have had nothing to relay for long. Called from time to time. */
  void prune();
}
