package io.broadcasty.relay;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.relay.failover.ProviderChain;
import io.broadcasty.streams.broker.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Listens to exceptional events of the relay; must neither block nor throw. */
public interface RelayListener extends ProviderChain.Listener {

  /** Called once for each channel and reason when a provider will never accept a publication. */
  void onRejected(TenantChannel channel, String provider, String reason);

  /**
   * Called when publications of one channel were sent to a provider in one call.
   *
   * @param accepted how many of the first it accepted; 0 when it failed or rejected the first
   * @param failure what went wrong, for people; null when nothing did
   */
  default void onSent(
      List<Publication> publications,
      String provider,
      int accepted,
      @Nullable String failure,
      long durationNanos) {}
}
