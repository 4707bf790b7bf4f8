package io.broadcasty.presence;

/** Listens to changes of channels' members. */
@FunctionalInterface
public interface PresenceListener {

  /**
   * Called when a channel's members have changed, for one channel one call at a time, in order of
   * version. Must neither block nor throw.
   */
  void onPresenceChange(PresenceChange change);
}
