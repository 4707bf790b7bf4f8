package io.broadcasty.presence;

/** Hears of members that come and go. */
@FunctionalInterface
public interface PresenceListener {

  /**
   * A channel's members have changed. Calls for one channel come one at a time, in order of
   * version. Must neither block nor throw.
   */
  void onPresence(PresenceChange change);
}
