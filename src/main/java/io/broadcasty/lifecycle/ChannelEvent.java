package io.broadcasty.lifecycle;

import io.broadcasty.channel.TenantChannel;

/** What happens to channels and to those who are subscribed to them. */
public sealed interface ChannelEvent extends LifecycleEvent {

  /**
   * A connection is subscribed to a channel or a pattern: it hears of what is published from now
   * on. Its answer goes out afterwards.
   *
   * @param connection whose tenant is known
   * @param target a channel's name, or a pattern
   */
  record Subscribed(ConnectionInfo connection, String target) implements ChannelEvent {}

  /** A subscription has ended: taken back, not allowed any more, or with its connection. */
  record Unsubscribed(ConnectionInfo connection, String target) implements ChannelEvent {}

  /** A channel has its first subscriber in the cluster. */
  record Occupied(TenantChannel channel) implements ChannelEvent {}

  /** The last subscriber in the cluster has left the channel. */
  record Vacated(TenantChannel channel) implements ChannelEvent {}

  /**
   * Somebody is present on a presence channel who was not.
   *
   * @param memberId the member's id
   */
  record MemberJoined(TenantChannel channel, String memberId) implements ChannelEvent {}

  /**
   * Somebody is not present any more.
   *
   * @param memberId the member's id
   */
  record MemberLeft(TenantChannel channel, String memberId) implements ChannelEvent {}

  /**
   * A subscriber has been brought up to date in one partition: what it had missed was read from the
   * store and handed on, and it is live now.
   *
   * @param cause why it had to be
   * @param pages how many were read; 0 when there was nothing to read
   * @param publications how many these pages had
   * @param durationNanos from when it was asked for to the last publication handed on, waiting for
   *     the client to read included
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

  /** Why a subscriber is brought up to date; a label of meters. */
  enum Cause {
    /** It asked for a position. */
    POSITION("position"),
    /** Something was published that this node was not told of, or could not hand on in time. */
    GAP("gap");

    private final String word;

    Cause(String word) {
      this.word = word;
    }

    /** Its name in metrics. */
    public String word() {
      return word;
    }
  }

  /**
   * A position that a subscriber had cannot be served; it was told where the stream goes on.
   *
   * @param pages how many were read, the one that told it included
   * @param durationNanos since the subscriber's turn
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
    /** What comes after it has left the retention. */
    TRIMMED("trimmed"),
    /** The stream was lost and begun anew. */
    EPOCH("epoch"),
    /** It lies after the head. */
    AHEAD("ahead");

    private final String word;

    LossReason(String word) {
      this.word = word;
    }

    /** Its name in metrics. */
    public String word() {
      return word;
    }
  }
}
