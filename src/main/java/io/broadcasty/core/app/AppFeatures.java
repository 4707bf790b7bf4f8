package io.broadcasty.core.app;

/**
 * What an app has besides the basic protocol, each as its owner chooses.
 *
 * @param subscriptionCounts whether subscribers are told how many they are
 * @param watchlists whether users are told which of the users they watch are signed in
 */
public record AppFeatures(boolean subscriptionCounts, boolean watchlists) {

  /** None of them. */
  public static final AppFeatures NONE = new AppFeatures(false, false);
}
