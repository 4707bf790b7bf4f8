package io.broadcasty.rbac;

/** What a caller wants to do on a channel. */
public enum Action {
  /** Receive publications, live or by replay. */
  SUBSCRIBE,
  /** Publish to it. */
  PUBLISH,
  /** See or join its members. */
  PRESENCE
}
