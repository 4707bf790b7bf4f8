package io.broadcasty.admin.app;

/**
 * What an administrator chooses for an app; the settings of apps explain it.
 *
 * @param clientEvents whether its clients may send events to each other
 * @param repeatsRefused whether a signed request that was answered before is refused
 * @param maxDataBytes the longest data of an event, in bytes
 */
public record AppOptions(
    String name, boolean clientEvents, boolean repeatsRefused, int maxDataBytes) {

  /** The longest data if nothing else is chosen, as Pusher has it. */
  public static final int DEFAULT_DATA_BYTES = 10_240;
}
