package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.PublicationListener;
import java.io.ByteArrayOutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * Announces ephemeral envelopes to the nodes that follow their channel, with one script that writes
 * nothing. Nodes that only follow a pattern know the channels that have a stream; those of a
 * channel without one get the envelopes beside the names of new channels. This node delivers its
 * own envelopes to itself, and ignores them when Redis sends them back.
 */
@ThreadSafe
final class EphemeralAnnouncer {

  private static final System.Logger LOG = System.getLogger(EphemeralAnnouncer.class.getName());
  private static final Script SCRIPT =
      Script.load(EphemeralAnnouncer.class, "stream.lua", "announce.lua");
  private static final AppendOutcome ANNOUNCED = new AppendOutcome.Announced();

  private final Redis redis;
  private final String node;
  private final ScriptArguments scriptArguments;
  private final PubSub pubSub;
  private final PublicationListener listener;
  private final byte[] publish;

  /**
   * @param node identifies this broker among those that announce
   */
  EphemeralAnnouncer(
      Redis redis,
      String node,
      ScriptArguments scriptArguments,
      PubSub pubSub,
      PublicationListener listener) {
    this.redis = redis;
    this.node = node;
    this.scriptArguments = scriptArguments;
    this.pubSub = pubSub;
    this.listener = listener;
    this.publish = bytes(redis.hasShardedPubSub() ? "SPUBLISH" : "PUBLISH");
  }

  /** Sends the script. */
  void queue(Pipeline pipeline, ChannelAnnouncement announcement) {
    announcement.sent(
        SCRIPT.queue(pipeline, announcement.keys().scripts(List.of()), arguments(announcement)));
  }

  /**
   * Reads the script's reply, delivers the envelopes on this node, and sets their outcomes.
   *
   * @return whether there was a reply
   * @throws JedisException when Redis answered with an error
   */
  boolean complete(ChannelAnnouncement announcement) {
    List<?> reply = reply(announcement);
    if (reply == null) {
      return false;
    }
    long timeMillis = Long.parseLong(new String((byte[]) reply.get(1), StandardCharsets.US_ASCII));
    if (reply.get(0).equals(0L)) {
      announceToPatterns(announcement, timeMillis);
    }
    announcement.answer(ANNOUNCED);
    try {
      announcement.envelopes().forEach(envelope -> listener.onEphemeral(envelope, timeMillis));
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "A listener of publications failed", e);
    }
    return true;
  }

  private @Nullable List<?> reply(ChannelAnnouncement announcement) {
    Response<Object> response = announcement.response();
    try {
      return response == null ? null : (List<?>) response.get();
    } catch (JedisNoScriptException | JedisRedirectionException e) { // it has not run
      announcement.runAgain();
      return (List<?>)
          SCRIPT.run(
              redis.commands(), announcement.keys().scripts(List.of()), arguments(announcement));
    } catch (IllegalStateException e) { // the connection broke before it was read
      LOG.log(Level.DEBUG, "No reply to an announcement", e);
      return null;
    }
  }

  private void announceToPatterns(ChannelAnnouncement announcement, long timeMillis) {
    TenantChannel channel = announcement.channel();
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes(EphemeralAnnouncement.beforeTime(node, channel));
    message.writeBytes(bytes(timeMillis));
    message.writeBytes(EphemeralAnnouncement.afterTime(announcement.envelopes()));
    try {
      pubSub.publish(ChannelKeys.newChannels(redis, channel.tenant()), message.toByteArray());
    } catch (JedisException e) {
      LOG.log(Level.DEBUG, "Cannot announce to the nodes that follow patterns", e);
    }
  }

  private List<byte[]> arguments(ChannelAnnouncement announcement) {
    List<byte[]> arguments = scriptArguments.arguments(announcement.channel(), List.of());
    arguments.add(bytes(announcement.keys().announcements()));
    arguments.add(publish);
    arguments.add(EphemeralAnnouncement.beforeTime(node, announcement.channel()));
    arguments.add(EphemeralAnnouncement.afterTime(announcement.envelopes()));
    return arguments;
  }
}
