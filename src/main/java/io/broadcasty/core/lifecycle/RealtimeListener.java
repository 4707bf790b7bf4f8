package io.broadcasty.core.lifecycle;

/**
 * Listens to the events of this node: connections, subscriptions, publications, members, and
 * refusals. Each method does nothing unless it is overridden. Meters, the audit log and traces are
 * such listeners. A jar in the WAR adds its own by an entry {@code
 * META-INF/services/io.broadcasty.core.lifecycle.RealtimeListener}.
 *
 * <p><b>Threads.</b> A method is called on the thread on which the event happened, by several
 * threads at once, outside of any lock that connections or publishers wait for, and never once for
 * each delivery. A listener must not block, since the caller waits for it. A listener with more
 * work passes the event, which is immutable, to a thread of its own. {@link RealtimeListeners}
 * keeps a listener's exceptions from the other listeners and from the caller.
 *
 * <p><b>Order.</b> For one connection: {@link #onConnected} first, {@link #onAuthenticated} at most
 * once and before any {@link #onSubscribed}, an {@link #onUnsubscribed} for each subscribed target
 * and after it, {@link #onDisconnected} last. Only a subscribe that was in progress when its
 * connection ended may be reported, and ended, after that. For one channel: {@link #onOccupied} and
 * {@link #onVacated} alternate, on whichever nodes, one only after the other has returned. For one
 * member of a channel: {@link #onMemberJoined} and {@link #onMemberLeft} alternate on one node;
 * between nodes they may be reversed, within some milliseconds. Between connections, and between
 * channels, there is no order.
 */
public interface RealtimeListener {

  /** A listener that ignores all events. */
  RealtimeListener NONE = new RealtimeListener() {};

  /** Called when a connection has been opened. */
  default void onConnected(ConnectionEvent.Connected event) {}

  /** Called when a connection has been authenticated. */
  default void onAuthenticated(ConnectionEvent.Authenticated event) {}

  /** Called when a connection has ended. */
  default void onDisconnected(ConnectionEvent.Disconnected event) {}

  /** Called when a connection is closed because its client reads too slowly. */
  default void onSlowConsumer(ConnectionEvent.SlowConsumer event) {}

  /** Called when a token was refused. */
  default void onTokenRefused(ConnectionEvent.TokenRefused event) {}

  /** Called when a caller is not allowed to do what it requested. */
  default void onDenied(ConnectionEvent.Denied event) {}

  /** Called when a request is refused because it repeats an earlier one. */
  default void onReplayed(ConnectionEvent.Replayed event) {}

  /**
   * Called when a limit is reached and a request or connection is refused for it; as often as
   * clients try.
   */
  default void onLimitReached(ConnectionEvent.LimitReached event) {}

  /**
   * Called when an administrator or operator has ended connections; on the node that received the
   * request.
   */
  default void onDisconnectRequested(ConnectionEvent.DisconnectRequested event) {}

  /** Called when an HTTP request has been answered. */
  default void onHttpAnswered(ConnectionEvent.HttpAnswered event) {}

  /**
   * Called about once a second, not for each message, with the traffic of a transport's
   * connections.
   */
  default void onTraffic(ConnectionEvent.Traffic event) {}

  /** Called when a connection has subscribed to a channel or pattern. */
  default void onSubscribed(ChannelEvent.Subscribed event) {}

  /** Called when a subscription has ended. */
  default void onUnsubscribed(ChannelEvent.Unsubscribed event) {}

  /**
   * Called when a channel gets its first subscriber in the cluster. Called once in the cluster: on
   * the node of that subscriber, even if other nodes have subscribers by then. Called a moment
   * later on a thread of its own, and not at all if the channel has been left by then, or if the
   * node dies in that moment.
   */
  default void onOccupied(ChannelEvent.Occupied event) {}

  /**
   * Called when a channel's last subscriber has left and none has come within some seconds. Called
   * once in the cluster: on the node of that subscriber or, when that node is gone, on a node that
   * noticed. Otherwise like {@link #onOccupied}.
   */
  default void onVacated(ChannelEvent.Vacated event) {}

  /**
   * Called when a member joins a presence channel on which no connection or lease held it before.
   * Called once in the cluster: on the node where it joined.
   */
  default void onMemberJoined(ChannelEvent.MemberJoined event) {}

  /**
   * Called when the last of a member's connections and leases on a presence channel has ended.
   * Called once in the cluster: on the node where it left or, when that node is gone or the lease
   * has expired, on a node that noticed.
   */
  default void onMemberLeft(ChannelEvent.MemberLeft event) {}

  /** Called when a subscriber has caught up and is live. */
  default void onResumed(ChannelEvent.Resumed event) {}

  /** Called when a subscriber was told that its position cannot be served. */
  default void onPositionLost(ChannelEvent.PositionLost event) {}

  /** Called when a publish request on this node has been answered. */
  default void onPublished(PublicationEvent.Published event) {}

  /** Called when publications are passed to the store, on the thread that passes them. */
  default void onAppendStarted(PublicationEvent.AppendStarted event) {}

  /** Called when the store has answered an append, on the thread that it answers on. */
  default void onAppendEnded(PublicationEvent.AppendEnded event) {}

  /**
   * Returns whether the listener needs {@link #onFannedOut}, which is called once for each
   * publication and node. Called once, when the node starts; the event is not created when no
   * listener needs it.
   */
  default boolean observesFanout() {
    return false;
  }

  /**
   * Called when a publication has been announced on this node and is passed to the event loops of
   * its subscribers. Called on the announcing thread, which the channel's publishers or all
   * channels of the node wait for; in order of sequence within a partition.
   */
  default void onFannedOut(PublicationEvent.FannedOut event) {}

  /** Called on an event loop for a sample of the publications that have been written. */
  default void onWritten(PublicationEvent.Written event) {}

  /** Called when publications are relayed through another provider. */
  default void onProviderSwitched(PublicationEvent.ProviderSwitched event) {}

  /** Called when a provider has permanently rejected a publication. */
  default void onRelayRejected(PublicationEvent.RelayRejected event) {}

  /** Called when publications were sent to a provider. */
  default void onRelayed(PublicationEvent.Relayed event) {}

  /** Called when a notification was sent to a device, or will not be sent. */
  default void onPushed(PublicationEvent.Pushed event) {}
}
