package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The envelopes of a group that go to one channel, and their outcomes. */
final class ChannelAppend {

  private static final int REPLY_HEAD = 2;

  /** The place of an envelope's outcome. */
  private record Place(AppendOutcome[] outcomes, int index) {}

  private final TenantChannel channel;
  private final ChannelKeys keys;
  private final List<Envelope> envelopes = new ArrayList<>();
  private final List<Place> places = new ArrayList<>();

  ChannelAppend(TenantChannel channel, ChannelKeys keys) {
    this.channel = channel;
    this.keys = keys;
  }

  TenantChannel channel() {
    return channel;
  }

  ChannelKeys keys() {
    return keys;
  }

  void add(Envelope envelope, AppendOutcome[] outcomes, int index) {
    envelopes.add(envelope);
    places.add(new Place(outcomes, index));
  }

  /** Returns the partitions of the envelopes. */
  Set<Integer> partitions() {
    Set<Integer> partitions = new TreeSet<>();
    envelopes.forEach(envelope -> partitions.add(envelope.partition()));
    return partitions;
  }

  /** Returns the script's keys, with the streams of partitions. */
  List<byte[]> scriptKeys(Collection<Integer> partitions) {
    List<byte[]> all = keys.scripts(partitions);
    for (Envelope envelope : envelopes) {
      if (envelope.idempotent()) {
        all.add(keys.id(envelope.id()));
      }
    }
    return all;
  }

  /** Adds the script's arguments that follow those common to all channels. */
  void addTo(List<byte[]> arguments) {
    for (Envelope envelope : envelopes) {
      arguments.add(bytes(envelope.partition()));
      arguments.add(bytes(envelope.idempotent() ? 1 : 0));
      arguments.add(bytes(envelope.costBytes()));
      arguments.add(EnvelopeFormat.write(envelope));
    }
  }

  /**
   * Decodes the script's reply and sets the outcomes.
   *
   * @return the appended publications, in order
   */
  List<Publication> answered(List<?> reply) {
    String epoch = text(reply.get(0));
    List<Publication> publications = new ArrayList<>(envelopes.size());
    for (int i = 0; i < envelopes.size(); i++) {
      Object sequence = reply.get(REPLY_HEAD + 2 * i);
      if (sequence instanceof Long number) {
        Envelope envelope = envelopes.get(i);
        Position position = new Position(epoch, envelope.partition(), number);
        long timeMillis = (Long) reply.get(REPLY_HEAD + 2 * i + 1);
        publications.add(new Publication(envelope, position, timeMillis));
        set(i, new AppendOutcome.Appended(position, false));
      } else {
        set(i, new AppendOutcome.Appended(position(text(sequence)), true));
      }
    }
    return publications;
  }

  /** Returns whether these were the channel's first publications. */
  static boolean isFirstPublication(List<?> reply) {
    return reply.get(1).equals(1L);
  }

  void unavailable(AppendOutcome.Unavailable why) {
    for (int i = 0; i < places.size(); i++) {
      set(i, why);
    }
  }

  private void set(int i, AppendOutcome outcome) {
    places.get(i).outcomes()[places.get(i).index()] = outcome;
  }

  private static Position position(String text) {
    String[] parts = text.split(" ", -1);
    return new Position(parts[1], Integer.parseInt(parts[0]), Long.parseLong(parts[2]));
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }
}
