package io.broadcasty.admin.app;

import io.broadcasty.core.app.AppFeatures;

/**
 * What an administrator chooses for an app; the settings of apps explain it.
 *
 * @param clientEvents whether its clients may send events to each other
 * @param repeatsRefused whether a signed request that was answered before is refused
 * @param maxDataBytes the longest data of an event, in bytes
 * @param features what it has besides the basic protocol
 */
public record AppOptions(
    String name,
    boolean clientEvents,
    boolean repeatsRefused,
    int maxDataBytes,
    AppFeatures features) {

  /** The longest data if nothing else is chosen, as Pusher has it. */
  public static final int DEFAULT_DATA_BYTES = 10_240;

  /** Creates options without features. */
  public AppOptions(String name, boolean clientEvents, boolean repeatsRefused, int maxDataBytes) {
    this(name, clientEvents, repeatsRefused, maxDataBytes, AppFeatures.NONE);
  }
}
