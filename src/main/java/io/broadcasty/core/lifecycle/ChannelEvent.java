package io.broadcasty.core.lifecycle;

import io.broadcasty.core.channel.TenantChannel;

/** Events of channels and their subscribers. */
public sealed interface ChannelEvent extends LifecycleEvent {

  /**
   * A connection has subscribed to a channel or a pattern and receives what is published from now
   * on. Its reply is sent afterwards.
   *
   * @param connection the connection, whose tenant is known
   * @param target a channel's name, or a pattern
   */
  record Subscribed(ConnectionInfo connection, String target) implements ChannelEvent {}

  /**
   * A subscription has ended: by unsubscribe, because it is no longer allowed, or with its
   * connection.
   */
  record Unsubscribed(ConnectionInfo connection, String target) implements ChannelEvent {}

  /** A channel has its first subscriber in the cluster. */
  record Occupied(TenantChannel channel) implements ChannelEvent {}

  /** The last subscriber in the cluster has left the channel. */
  record Vacated(TenantChannel channel) implements ChannelEvent {}

  /**
   * A member that was absent is now present on a presence channel.
   *
   * @param memberId the member's id
   */
  record MemberJoined(TenantChannel channel, String memberId) implements ChannelEvent {}

  /**
   * A member is no longer present on a presence channel.
   *
   * @param memberId the member's id
   */
  record MemberLeft(TenantChannel channel, String memberId) implements ChannelEvent {}

  /**
   * A subscriber has caught up in one partition: the publications it had missed were read from the
   * store and delivered, and it is live now.
   *
   * @param cause why it had to catch up
   * @param pages how many pages were read; 0 when there was nothing to read
   * @param publications the number of publications on these pages
   * @param durationNanos from the request to the last publication delivered, including the time
   *     waiting for the client to read
   */
  record Resumed(
      ConnectionInfo connection,
      TenantChannel channel,
      int partition,
      Cause cause,
      int pages,
      int publications,
      long durationNanos)
      implements ChannelEvent {}

  /** Why a subscriber has to catch up; a label of meters. */
  enum Cause {
    /** The subscriber resumes after a position. */
    POSITION("position"),
    /** This node missed the announcement of a publication, or could not deliver it in time. */
    GAP("gap");

    private final String wireName;

    Cause(String wireName) {
      this.wireName = wireName;
    }

    /** Returns the value of the metric label. */
    public String wireName() {
      return wireName;
    }
  }

  /**
   * A subscriber's position cannot be served; the subscriber was told where the stream continues.
   *
   * @param pages how many pages were read, including the one that showed the loss
   * @param durationNanos since the subscriber's read began
   */
  record PositionLost(
      ConnectionInfo connection,
      TenantChannel channel,
      int partition,
      LossReason reason,
      int pages,
      long durationNanos)
      implements ChannelEvent {}

  /** Why a position is lost; a label of meters. */
  enum LossReason {
    /** The publications after the position have left the retention. */
    TRIMMED("trimmed"),
    /** The stream was lost and restarted with another epoch. */
    EPOCH("epoch"),
    /** The position lies after the head. */
    AHEAD("ahead");

    private final String wireName;

    LossReason(String wireName) {
      this.wireName = wireName;
    }

    /** Returns the value of the metric label. */
    public String wireName() {
      return wireName;
    }
  }
}
