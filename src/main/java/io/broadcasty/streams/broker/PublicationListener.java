package io.broadcasty.streams.broker;

import io.broadcasty.core.channel.TenantChannel;

/**
 * Listens to every publication that this node appends, and to those of other nodes on the channels
 * it {@link Broker#follow follows}.
 *
 * <p>Calls for one partition come one at a time and in order of sequence, after the publication is
 * kept as the store promises. Calls for different partitions may be concurrent. An implementation
 * must not block and must not throw: publishers wait for it.
 */
@FunctionalInterface
public interface PublicationListener {

  /** Called when a publication has been appended. */
  void onPublication(Publication publication);

  /**
   * Called with an ephemeral envelope: once for each that this node announces, and for those of
   * other nodes on the channels that it follows. Comes in no particular order with publications.
   *
   * @param timeMillis when it was announced, by the broker's wall clock
   */
  default void onEphemeral(Envelope envelope, long timeMillis) {}

  /**
   * Called when announcements of a channel's publications may have been missed; {@link
   * Broker#replay} returns them.
   */
  default void onGap(TenantChannel channel) {}

  /**
   * Called when a channel has had its first publication, possibly on another node; may be called
   * twice.
   */
  default void onChannel(TenantChannel channel) {}
}
