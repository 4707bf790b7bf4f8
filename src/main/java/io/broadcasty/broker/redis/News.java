package io.broadcasty.broker.redis;

import io.broadcasty.redis.PubSub;
import io.broadcasty.redis.Redis;
import java.util.Collection;

/** Dispatches pub/sub messages to the followed channels and patterns. */
final class News implements PubSub.Listener {

  private final String newborn;
  private final Following following;
  private final FollowedPatterns patterns;

  News(Redis redis, Following following, FollowedPatterns patterns) {
    this.newborn = redis.key("new:");
    this.following = following;
    this.patterns = patterns;
  }

  @Override
  public void onMessage(String channel, byte[] message) {
    if (channel.startsWith(newborn)) {
      patterns.onMessage(channel, message);
    } else {
      following.onMessage(channel, message);
    }
  }

  @Override
  public void onSubscribed(String channel) {
    if (channel.startsWith(newborn)) {
      patterns.onSubscribed(channel);
    } else {
      following.onSubscribed(channel);
    }
  }

  @Override
  public void onBroken(Collection<String> channels) {
    for (String channel : channels) {
      if (channel.startsWith(newborn)) {
        patterns.onBroken(channel);
      } else {
        following.onBroken(channel);
      }
    }
  }
}
