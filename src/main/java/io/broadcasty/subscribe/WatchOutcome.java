package io.broadcasty.subscribe;

import io.broadcasty.presence.PresencePage;

/** What asking for a channel's members and their changes leads to. */
public sealed interface WatchOutcome {

  /**
   * They are watched.
   *
   * @param page the first members
   * @param start lets the changes after the page through; to be called once it has been told
   */
  record Watching(PresencePage page, Runnable start) implements WatchOutcome {}

  /** The connection is not subscribed to the channel. */
  record NotSubscribed() implements WatchOutcome {}

  /** The channel's name does not begin as those with members do. */
  record NoPresenceChannel() implements WatchOutcome {}

  /** The policy says no. */
  record Denied() implements WatchOutcome {}
}
