package io.broadcasty.driver;

import io.broadcasty.broker.Publication;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.failover.ProviderChain;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hears what the relay does that is out of the ordinary; must not block and must not throw. */
public interface RelayListener extends ProviderChain.Listener {

  /** A provider will never take a publication of the channel; told once a channel and reason. */
  void onRejected(TenantChannel channel, String provider, String reason);

  /**
   * Publications of one channel were sent to a provider in one call.
   *
   * @param accepted how many of the first it took; 0 when it failed or refused the first
   * @param failure what went wrong, for people; null when nothing did
   */
  default void onSent(
      List<Publication> publications,
      String provider,
      int accepted,
      @Nullable String failure,
      long durationNanos) {}
}
