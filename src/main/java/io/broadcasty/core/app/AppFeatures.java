package io.broadcasty.core.app;

import java.time.Duration;

/**
 * What an app has besides the basic protocol, each as its owner chooses.
 *
 * @param subscriptionCounts whether subscribers are told how many they are
 * @param watchlists whether users are told which of the users they watch are signed in
 * @param cacheTtl how long the last event of a cache channel is sent to those who subscribe; not
 *     longer than the channel keeps it
 * @param replay how far back those who subscribe to other channels get events; zero for not at all
 */
public record AppFeatures(
    boolean subscriptionCounts, boolean watchlists, Duration cacheTtl, Duration replay) {

  /**
   * How long the last event of a cache channel is sent if nothing else is chosen, as Pusher does.
   */
  public static final Duration DEFAULT_CACHE_TTL = Duration.ofMinutes(30);

  /** The longest time that can be chosen for cache channels. */
  public static final Duration MAX_CACHE_TTL = Duration.ofDays(30);

  /** The longest time that can be chosen for a replay. */
  public static final Duration MAX_REPLAY = Duration.ofMinutes(10);

  /** What an app has if nothing is chosen. */
  public static final AppFeatures NONE = new AppFeatures(false, false);

  /** Creates features without a replay. */
  public AppFeatures(boolean subscriptionCounts, boolean watchlists) {
    this(subscriptionCounts, watchlists, DEFAULT_CACHE_TTL, Duration.ZERO);
  }
}
