package io.broadcasty.delivery.subscribe;

import io.broadcasty.presence.PresencePage;

/** The outcome of watching a channel's members. */
public sealed interface WatchOutcome {

  /**
   * The members are watched.
   *
   * @param page the first members
   * @param start lets the changes after the page through; to be called once the page has been sent
   */
  record Watching(PresencePage page, Runnable start) implements WatchOutcome {}

  /** The connection is not subscribed to the channel. */
  record NotSubscribed() implements WatchOutcome {}

  /** The channel has no members, since its name lacks the prefix of presence channels. */
  record NoPresenceChannel() implements WatchOutcome {}

  /** The policy denies watching. */
  record Denied() implements WatchOutcome {}
}
