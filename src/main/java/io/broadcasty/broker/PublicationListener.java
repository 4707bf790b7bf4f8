package io.broadcasty.broker;

import io.broadcasty.channel.TenantChannel;

/**
 * Hears of every publication that this node appends, and of those of other nodes on the channels it
 * {@link Broker#follow follows}.
 *
 * <p>Calls for one partition come one at a time and in order of sequence, after the publication is
 * kept as the store promises. Calls for different partitions may come at the same time. An
 * implementation must not block and must not throw: publishers wait for it.
 */
@FunctionalInterface
public interface PublicationListener {

  /** A publication has been appended. */
  void onPublication(Publication publication);

  /** Publications of a channel may not have been told of; {@link Broker#replay} has them. */
  default void onGap(TenantChannel channel) {}

  /** A channel has had its first publication, perhaps on another node; perhaps told twice. */
  default void onChannel(TenantChannel channel) {}
}
