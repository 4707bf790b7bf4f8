package io.broadcasty.protocol.pusher;

import io.broadcasty.core.auth.Caller;
import org.jspecify.annotations.Nullable;

/**
 * A subscription of a connection. Compared by identity, since a channel may be subscribed to again.
 *
 * <p>The caller is who subscribes: on a presence channel the member, otherwise the connection or
 * the user that it has signed in as.
 */
final class Place {

  final Caller caller;

  /** Who joins; null on channels without members. */
  final @Nullable PusherMember member;

  Place(Caller caller, @Nullable PusherMember member) {
    this.caller = caller;
    this.member = member;
  }
}
