package io.broadcasty.streams.broker.redis;

import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import java.util.Collection;

/** Dispatches pub/sub messages to the followed channels and patterns. */
final class AnnouncementListener implements PubSub.Listener {

  private final String newChannels;
  private final ChannelSubscriptions subscriptions;
  private final FollowedPatterns patterns;

  AnnouncementListener(Redis redis, ChannelSubscriptions following, FollowedPatterns patterns) {
    this.newChannels = redis.key("new:");
    this.subscriptions = following;
    this.patterns = patterns;
  }

  @Override
  public void onMessage(String channel, byte[] message) {
    if (channel.startsWith(newChannels)) {
      patterns.onMessage(channel, message);
    } else {
      subscriptions.onMessage(channel, message);
    }
  }

  @Override
  public void onSubscribed(String channel) {
    if (channel.startsWith(newChannels)) {
      patterns.onSubscribed(channel);
    } else {
      subscriptions.onSubscribed(channel);
    }
  }

  @Override
  public void onBroken(Collection<String> channels) {
    for (String channel : channels) {
      if (channel.startsWith(newChannels)) {
        patterns.onBroken(channel);
      } else {
        subscriptions.onBroken(channel);
      }
    }
  }
}
