package io.broadcasty.core.rbac;

/** An operation on a channel that a caller may be allowed to do. */
public enum Action {
  /** Receive publications, live or by replay. */
  SUBSCRIBE,
  /** Publish to the channel. */
  PUBLISH,
  /** List the channel's members, or join them. */
  PRESENCE
}
