package io.broadcasty.protocol.pusher;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.app.AppEvents;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.delivery.audience.Audience;
import io.broadcasty.delivery.audience.CountListener;
import io.broadcasty.delivery.hub.EncodedFrame;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Tells the connections of a channel, and webhooks, how many subscribe to it on all nodes. */
@ThreadSafe
final class SubscriptionCounts implements CountListener {

  private final Audience audience;

  @SuppressWarnings("ThreadSafe") // called by any thread
  private final AppEvents events;

  private final Map<TenantChannel, Set<PusherSession>> sessions = new ConcurrentHashMap<>();

  SubscriptionCounts(Audience audience, AppEvents events) {
    this.audience = audience;
    this.events = events;
  }

  /** Adds a connection that has subscribed; it is told the number soon. */
  void add(TenantChannel channel, PusherSession session) {
    sessions.compute(
        channel,
        (each, known) -> {
          Set<PusherSession> all = known == null ? ConcurrentHashMap.newKeySet() : known;
          all.add(session);
          return all;
        });
    audience.tellAgain(channel);
  }

  /** Removes a connection, if it is there. */
  void remove(TenantChannel channel, PusherSession session) {
    sessions.computeIfPresent(
        channel,
        (each, all) -> {
          all.remove(session);
          return all.isEmpty() ? null : all;
        });
  }

  @Override
  public void onCount(TenantChannel channel, int count, boolean reporter) {
    if (reporter) {
      events.onSubscriptionCount(channel, count);
    }
    Set<PusherSession> told = sessions.get(channel);
    if (told != null) {
      EncodedFrame frame = PusherFrames.subscriptionCount(channel.name(), count);
      told.forEach(session -> session.send(frame));
    }
  }
}
