package io.broadcasty.relay.provider;

import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.TestPublications;
import java.util.List;
import java.util.stream.LongStream;

/** Publications for tests of providers. */
public final class Publications {

  private Publications() {}

  public static Publication publication(String channel, long sequence, String payload) {
    return new Publication(
        new Envelope(
            TestPublications.channel(channel), 0, "id" + sequence, true, Message.of(payload)),
        new Position("k3f9a2xw", 0, sequence),
        1_790_000_000_000L);
  }

  public static List<Publication> of(String channel, long first, long last) {
    return LongStream.rangeClosed(first, last)
        .mapToObj(sequence -> publication(channel, sequence, "{\"n\":" + sequence + "}"))
        .toList();
  }

  public static List<Long> sequences(FakeProviderServer standIn) {
    return standIn.delivered().stream().map(FakeProviderServer.Delivered::sequence).toList();
  }
}
