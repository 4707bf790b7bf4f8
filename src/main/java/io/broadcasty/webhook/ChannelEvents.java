package io.broadcasty.webhook;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.time.WallClock;

/** Tells endpoints which channels are occupied, and who is present. */
@ThreadSafe
public final class ChannelEvents implements RealtimeListener {

  private final EventRecorder recorder;
  private final WallClock clock;

  /**
   * @param clock the same for all nodes
   */
  public ChannelEvents(EventRecorder recorder, WallClock clock) {
    this.recorder = recorder;
    this.clock = clock;
  }

  @Override
  public void onOccupied(ChannelEvent.Occupied event) {
    recorder.record(
        WebhookEvent.of(WebhookEventType.CHANNEL_OCCUPIED, event.channel(), clock.nowMillis()));
  }

  @Override
  public void onVacated(ChannelEvent.Vacated event) {
    recorder.record(
        WebhookEvent.of(WebhookEventType.CHANNEL_VACATED, event.channel(), clock.nowMillis()));
  }

  @Override
  public void onMemberJoined(ChannelEvent.MemberJoined event) {
    recorder.record(
        WebhookEvent.ofMember(
            WebhookEventType.MEMBER_ADDED, event.channel(), event.memberId(), clock.nowMillis()));
  }

  @Override
  public void onMemberLeft(ChannelEvent.MemberLeft event) {
    recorder.record(
        WebhookEvent.ofMember(
            WebhookEventType.MEMBER_REMOVED, event.channel(), event.memberId(), clock.nowMillis()));
  }
}
