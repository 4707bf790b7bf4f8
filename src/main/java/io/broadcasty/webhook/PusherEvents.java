package io.broadcasty.webhook;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.app.AppEvents;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells endpoints what happens in the Pusher protocol alone. */
@ThreadSafe
public final class PusherEvents implements AppEvents {

  /** A channel's cache misses are told once in this time, since all its clients come at once. */
  static final long MISS_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final int MAX_MISSES = 10_000;

  private final EventRecorder recorder;
  private final Ticker ticker;
  private final WallClock clock;

  @GuardedBy("misses")
  private final Map<TenantChannel, Long> misses = BoundedMap.ofLatestAdded(MAX_MISSES);

  /**
   * @param clock the same for all nodes
   */
  public PusherEvents(EventRecorder recorder, Ticker ticker, WallClock clock) {
    this.recorder = recorder;
    this.ticker = ticker;
    this.clock = clock;
  }

  @Override
  public void onClientEvent(
      TenantChannel channel, String event, String data, String socketId, @Nullable String user) {
    recorder.record(
        new WebhookEvent(
            channel.tenant(),
            WebhookEventType.CLIENT_EVENT,
            channel.name(),
            user,
            List.of(
                WebhookEvent.Detail.ofText("event", "event", event),
                WebhookEvent.Detail.ofText("data", "data", data),
                WebhookEvent.Detail.ofText("session", "socket_id", socketId)),
            clock.nowMillis()));
  }

  @Override
  public void onCacheMiss(TenantChannel channel) {
    long now = ticker.readNanos();
    synchronized (misses) {
      Long last = misses.get(channel);
      if (last != null && now - last < MISS_NANOS) {
        return;
      }
      misses.put(channel, now);
    }
    recorder.record(WebhookEvent.of(WebhookEventType.CACHE_MISS, channel, clock.nowMillis()));
  }

  @Override
  public void onSubscriptionCount(TenantChannel channel, int count) {
    recorder.record(
        new WebhookEvent(
            channel.tenant(),
            WebhookEventType.SUBSCRIPTION_COUNT,
            channel.name(),
            null,
            List.of(
                new WebhookEvent.Detail(
                    "subscriptionCount", "subscription_count", Integer.toString(count))),
            clock.nowMillis()));
  }
}
