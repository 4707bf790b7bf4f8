package io.broadcasty.streams.broker.redis;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Envelope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Response;

/** The ephemeral envelopes of a group that go to one channel, and their outcomes. */
final class ChannelAnnouncement {

  /** The place of an envelope's outcome. */
  private record Place(AppendOutcome[] outcomes, int index) {}

  private final TenantChannel channel;
  private final ChannelKeys keys;
  private final List<Envelope> envelopes = new ArrayList<>(1);
  private final List<Place> places = new ArrayList<>(1);
  private @Nullable Response<Object> response;
  private boolean ranAgain;

  ChannelAnnouncement(TenantChannel channel, ChannelKeys keys) {
    this.channel = channel;
    this.keys = keys;
  }

  TenantChannel channel() {
    return channel;
  }

  ChannelKeys keys() {
    return keys;
  }

  List<Envelope> envelopes() {
    return envelopes;
  }

  /** Returns the reply of the script that was sent; null before it was sent. */
  @Nullable Response<Object> response() {
    return response;
  }

  void sent(Response<Object> reply) {
    response = reply;
  }

  /** Returns whether it was run again by itself, by the server that has its channel by then. */
  boolean ranAgain() {
    return ranAgain;
  }

  void runAgain() {
    ranAgain = true;
  }

  void add(Envelope envelope, AppendOutcome[] outcomes, int index) {
    envelopes.add(envelope);
    places.add(new Place(outcomes, index));
  }

  /** Sets the outcome of every envelope. */
  void answer(AppendOutcome outcome) {
    places.forEach(place -> place.outcomes()[place.index()] = outcome);
  }
}
