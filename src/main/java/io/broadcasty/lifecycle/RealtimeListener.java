package io.broadcasty.lifecycle;

/**
 * Hears what happens on this node: connections, subscriptions, publications, members, and what was
 * refused. Each method does nothing unless it is overridden. Meters, the audit log and traces
 * listen; whoever wants to know what happens listens too, and nobody is told by hand.
 *
 * <p><b>Threads.</b> A call comes on the thread on which it happened, of several at the same time,
 * outside of any lock that connections or publishers wait for, and never once a delivery. A
 * listener must not block: what it hears of waits for it. One that wants to do more hands the
 * event, which is immutable, to a thread of its own. What a listener throws is kept from the others
 * and from the caller by {@link RealtimeListeners}.
 *
 * <p><b>Order.</b> Of one connection: {@link #onConnected} first, {@link #onAuthenticated} at most
 * once and before any {@link #onSubscribed}, an {@link #onUnsubscribed} for each subscribed target
 * and after it, {@link #onDisconnected} last. Only a subscribe that was under way when its
 * connection ended may be told of, and ended, after that. Of one channel: {@link #onOccupied} and
 * {@link #onVacated} by turns, on whichever nodes, the one only after the other has returned. Of
 * one member of a channel: {@link #onMemberJoined} and {@link #onMemberLeft} by turns on one node;
 * between nodes perhaps the other way round, within some milliseconds. Between connections, and
 * between channels, there is no order.
 */
public interface RealtimeListener {

  /** Hears of nothing. */
  RealtimeListener NONE = new RealtimeListener() {};

  /** A connection has been opened. */
  default void onConnected(ConnectionEvent.Connected event) {}

  /** A token has said whose a connection is. */
  default void onAuthenticated(ConnectionEvent.Authenticated event) {}

  /** A connection is over. */
  default void onDisconnected(ConnectionEvent.Disconnected event) {}

  /** A connection is closed because its client reads too slowly. */
  default void onSlowConsumer(ConnectionEvent.SlowConsumer event) {}

  /** A token was not taken. */
  default void onTokenRefused(ConnectionEvent.TokenRefused event) {}

  /** A caller may not do what it asked for. */
  default void onDenied(ConnectionEvent.Denied event) {}

  /** A request has been answered. */
  default void onHttpAnswered(ConnectionEvent.HttpAnswered event) {}

  /** Connections have sent and been sent something; once a second, not once a message. */
  default void onTraffic(ConnectionEvent.Traffic event) {}

  /** A connection has subscribed. */
  default void onSubscribed(ChannelEvent.Subscribed event) {}

  /** A subscription has ended. */
  default void onUnsubscribed(ChannelEvent.Unsubscribed event) {}

  /**
   * A channel has its first subscriber. Told once in the cluster: on the node that had it, though
   * others have subscribers by then. Told a moment later, on a thread of its own, and not if the
   * channel has been left meanwhile; lost when the node dies in that moment.
   */
  default void onOccupied(ChannelEvent.Occupied event) {}

  /**
   * A channel's last subscriber has gone, and nobody has come within some seconds. Told once in the
   * cluster: on the node that had it or, when that node is gone, on one that noticed. As {@link
   * #onOccupied} otherwise.
   */
  default void onVacated(ChannelEvent.Vacated event) {}

  /**
   * Somebody has come to a presence channel who was not present by any connection or lease. Told
   * once in the cluster: on the node that had it join.
   */
  default void onMemberJoined(ChannelEvent.MemberJoined event) {}

  /**
   * Somebody has left a presence channel, by the last of its connections and leases. Told once in
   * the cluster: on the node that had it leave or, when its node is gone or its lease has ended, on
   * one that noticed.
   */
  default void onMemberLeft(ChannelEvent.MemberLeft event) {}

  /** A subscriber has what it had missed, and is live. */
  default void onResumed(ChannelEvent.Resumed event) {}

  /** A subscriber was told that its position cannot be served. */
  default void onPositionLost(ChannelEvent.PositionLost event) {}

  /** A publication that was asked for here has been answered. */
  default void onPublished(PublicationEvent.Published event) {}

  /** Publications are handed to the store; on the thread that hands them over. */
  default void onAppendStarted(PublicationEvent.AppendStarted event) {}

  /** The store has answered; on whichever thread it answers. */
  default void onAppendEnded(PublicationEvent.AppendEnded event) {}

  /**
   * Whether {@link #onFannedOut} is wanted, which comes once for each publication and node. Asked
   * when the node starts, and never again; the event is not made when nobody wants it.
   */
  default boolean observesFanout() {
    return false;
  }

  /**
   * A publication was announced here and is given to the lanes of its subscribers. On the thread
   * that announces, which the channel's publishers or all channels of the node wait for; of one
   * partition in order of sequence.
   */
  default void onFannedOut(PublicationEvent.FannedOut event) {}

  /** A publication has been written; one of some, on a lane. */
  default void onWritten(PublicationEvent.Written event) {}

  /** Publications are relayed through another provider. */
  default void onProviderSwitched(PublicationEvent.ProviderSwitched event) {}

  /** A provider will never take a publication. */
  default void onRelayRejected(PublicationEvent.RelayRejected event) {}

  /** Publications were sent to a provider. */
  default void onRelayed(PublicationEvent.Relayed event) {}

  /** A notification was sent to a device. */
  default void onPushed(PublicationEvent.Pushed event) {}
}
