package io.broadcasty.driver;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.broker.Position;
import io.broadcasty.channel.TenantChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far each channel has been relayed, and which node relays it. A node claims a channel for a
 * lease, which each {@link #save} begins anew; when it dies, another may claim the channel after
 * the lease.
 *
 * <p>Every method may block, and throws a {@link io.broadcasty.broker.BrokerException} when the
 * checkpoints cannot be reached; trying again later is right. Shared by the nodes that share the
 * streams.
 */
@ThreadSafe
public interface Checkpoints {

  /**
   * When this installation began to relay, in milliseconds since the Unix epoch: the argument of
   * the first call of all. What was published before is not relayed.
   */
  long since(long nowMillis);

  /**
   * Claims a channel.
   *
   * @param owner names the node in this life; who has the claim already gets it again
   * @return the last position relayed of each partition; null while another node has the claim
   */
  @Nullable Map<Integer, Position> claim(TenantChannel channel, String owner);

  /** The same without a claim. */
  Map<Integer, Position> read(TenantChannel channel);

  /**
   * Everything up to this position has been relayed, or is not to be.
   *
   * @return false when the claim was lost meanwhile; nothing is saved then
   */
  boolean save(TenantChannel channel, String owner, Position relayed);

  /** Gives the claim back, if it is still held. */
  void release(TenantChannel channel, String owner);

  /** Forgets channels that have kept nothing to relay for long. Called from time to time. */
  void prune();
}
