package io.broadcasty.protocol.pusher;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.hub.FrameEncoder;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.wire.PusherData;
import io.broadcasty.wire.PusherReader;
import org.jspecify.annotations.Nullable;

/** Encodes publications as events, and the change of one member. */
final class PusherEncoder implements FrameEncoder<EncodedFrame> {

  static final PusherEncoder INSTANCE = new PusherEncoder(false);

  /** Adds ids, by which clients recognise an event that they get twice. */
  static final PusherEncoder WITH_IDS = new PusherEncoder(true);

  /** The name of an event without one. */
  private static final String DEFAULT_EVENT = "message";

  private final boolean ids;

  private PusherEncoder(boolean ids) {
    this.ids = ids;
  }

  @Override
  public EncodedFrame publication(EncodedPublication publication) {
    Envelope envelope = publication.publication().envelope();
    Message message = envelope.message();
    ChannelName channel = envelope.channel().name();
    return EncodedFrame.message(
        PusherFrames.text(
            name(message.event()),
            channel,
            PusherData.data(message.payload()),
            channel.kind() == ChannelName.Kind.PRESENCE && publication.isEphemeral()
                ? message.origin().sender()
                : null,
            ids && !publication.isEphemeral() ? envelope.id() : null));
  }

  /** Returns an event's name; nobody may send what clients would take for the server's own. */
  private static String name(@Nullable String event) {
    return event == null || event.isEmpty() || PusherReader.isReserved(event)
        ? DEFAULT_EVENT
        : event;
  }

  /** Encodes a change of exactly one member; others need several messages. */
  @Override
  public EncodedFrame presence(PresenceChange change) {
    ChannelName channel = change.channel().name();
    return change.joined().isEmpty()
        ? PusherFrames.memberRemoved(channel, change.left().get(0))
        : PusherFrames.memberAdded(channel, PusherMember.of(change.joined().get(0)));
  }
}
