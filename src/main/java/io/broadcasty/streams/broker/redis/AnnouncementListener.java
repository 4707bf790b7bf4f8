package io.broadcasty.streams.broker.redis;

import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.PublicationListener;
import java.lang.System.Logger.Level;
import java.util.Collection;

/** Dispatches pub/sub messages to the followed channels and patterns. */
final class AnnouncementListener implements PubSub.Listener {

  private static final System.Logger LOG = System.getLogger(AnnouncementListener.class.getName());

  private final Redis redis;
  private final String node;
  private final PublicationListener listener;
  private final String newChannels;
  private final ChannelSubscriptions subscriptions;
  private final FollowedPatterns patterns;

  /**
   * @param node this broker, whose own ephemeral envelopes it ignores
   * @param listener is told of those of other nodes
   */
  AnnouncementListener(
      Redis redis,
      String node,
      ChannelSubscriptions following,
      FollowedPatterns patterns,
      PublicationListener listener) {
    this.redis = redis;
    this.node = node;
    this.listener = listener;
    this.newChannels = redis.key("new:");
    this.subscriptions = following;
    this.patterns = patterns;
  }

  @Override
  public void onMessage(String channel, byte[] message) {
    if (EphemeralAnnouncement.matches(message)) {
      onEphemeral(channel, message);
    } else if (channel.startsWith(newChannels)) {
      patterns.onMessage(channel, message);
    } else {
      subscriptions.onMessage(channel, message);
    }
  }

  /**
   * Delivers ephemeral envelopes. Those that come beside the names of new channels come a second
   * time where their channel is followed.
   */
  private void onEphemeral(String pubSubChannel, byte[] message) {
    try {
      EphemeralAnnouncement announcement = EphemeralAnnouncement.read(message);
      if (announcement.node().equals(node)) {
        return;
      }
      for (Envelope envelope : announcement.envelopes()) {
        String own = ChannelKeys.of(redis, envelope.channel()).announcements();
        if (pubSubChannel.equals(own) || !subscriptions.receives(own)) {
          listener.onEphemeral(envelope, announcement.timeMillis());
        }
      }
    } catch (UnknownVersionException e) { // already logged
      LOG.log(Level.DEBUG, "Cannot decode ephemeral publications, which are left out", e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "A listener of publications failed", e);
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
