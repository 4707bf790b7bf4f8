package io.broadcasty.broker;

/**
 * Hears of every publication of this node's broker.
 *
 * <p>Calls for one partition come one at a time and in order of sequence, after the publication is
 * kept as the store promises. Calls for different partitions may come at the same time. An
 * implementation must not block and must not throw: publishers wait for it.
 */
@FunctionalInterface
public interface PublicationListener {

  /** A publication has been appended. */
  void onPublication(Publication publication);
}
