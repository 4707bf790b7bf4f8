package io.broadcasty.server.privacy;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamKey;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Streams whose publications can be read one after the other and erased: those of the broker, or
 * those of the archive, which has earlier epochs too.
 */
interface KeptStreams {

  /** Goes through the streams of a tenant that follow another one; all for null. */
  Iterator<StreamKey> after(TenantId tenant, @Nullable StreamKey last);

  /** Returns a page of publications after a sequence, oldest first; empty at the end. */
  List<Publication> read(StreamKey stream, long after);

  /** Erases messages as {@link Broker#erase} does. */
  int erase(StreamKey stream, Set<Long> sequences);

  /** The size of a page. */
  int PAGE_COUNT = 500;

  /** Returns the streams of a broker. */
  static KeptStreams of(Broker broker) {
    return new OfBroker(broker);
  }

  /** Returns the streams of an archive. */
  static KeptStreams of(Archive archive) {
    return new OfArchive(archive);
  }

  /** The streams of a broker, in order of channel and partition. */
  record OfBroker(Broker broker) implements KeptStreams {

    private static final long PAGE_BYTES = 256 * 1024;

    /** How many channels are asked for their streams together. */
    private static final int CHANNEL_COUNT = 50;

    @Override
    public Iterator<StreamKey> after(TenantId tenant, @Nullable StreamKey last) {
      ChannelName lastName = last == null ? null : last.channel().name();
      Stream<ChannelName> following =
          Stream.iterate(
                  names(tenant, lastName),
                  page -> !page.isEmpty(),
                  page -> names(tenant, page.get(page.size() - 1)))
              .flatMap(List::stream);
      return Stream.concat(Stream.ofNullable(lastName), following)
          .flatMap(name -> streams(new TenantChannel(tenant, name)))
          .filter(
              stream ->
                  last == null
                      || !stream.channel().equals(last.channel())
                      || stream.partition() > last.partition())
          .iterator();
    }

    private List<ChannelName> names(TenantId tenant, @Nullable ChannelName after) {
      return broker.channels(tenant, "", after, CHANNEL_COUNT);
    }

    private Stream<StreamKey> streams(TenantChannel channel) {
      return broker.states(channel, 1).stream()
          .filter(state -> state.head() > 0)
          .map(state -> new StreamKey(channel, state.partition(), state.epoch()));
    }

    @Override
    public List<Publication> read(StreamKey stream, long after) {
      ReplayPage page =
          broker.replay(
              new ReplayRequest(
                  stream.channel(),
                  stream.partition(),
                  stream.epoch(),
                  after,
                  PAGE_COUNT,
                  PAGE_BYTES));
      LostPosition lost = page.lost();
      return lost != null && lost.reason() != LostPosition.Reason.TRIMMED
          ? List.of() // there is another stream now, and nothing of this one
          : page.publications();
    }

    @Override
    public int erase(StreamKey stream, Set<Long> sequences) {
      return broker.erase(stream, sequences);
    }
  }

  /** The streams of an archive, in order of channel, partition and epoch. */
  record OfArchive(Archive archive) implements KeptStreams {

    @Override
    public Iterator<StreamKey> after(TenantId tenant, @Nullable StreamKey last) {
      return Stream.iterate(
              archive.streams(tenant, last, PAGE_COUNT),
              page -> !page.isEmpty(),
              page -> archive.streams(tenant, page.get(page.size() - 1), PAGE_COUNT))
          .flatMap(List::stream)
          .iterator();
    }

    @Override
    public List<Publication> read(StreamKey stream, long after) {
      return archive.read(stream, after, Long.MAX_VALUE, PAGE_COUNT);
    }

    @Override
    public int erase(StreamKey stream, Set<Long> sequences) {
      return archive.erase(stream, sequences);
    }
  }
}
