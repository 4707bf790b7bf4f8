package io.broadcasty.driver;

import io.broadcasty.broker.Envelope;
import io.broadcasty.broker.Message;
import io.broadcasty.broker.Position;
import io.broadcasty.broker.Publication;
import io.broadcasty.broker.Publishing;
import java.util.List;
import java.util.stream.LongStream;

/** Publications for tests of providers. */
public final class Run {

  private Run() {}

  public static Publication publication(String channel, long sequence, String payload) {
    return new Publication(
        new Envelope(Publishing.channel(channel), 0, "id" + sequence, true, Message.of(payload)),
        new Position("k3f9a2xw", 0, sequence),
        1_790_000_000_000L);
  }

  public static List<Publication> of(String channel, long first, long last) {
    return LongStream.rangeClosed(first, last)
        .mapToObj(sequence -> publication(channel, sequence, "{\"n\":" + sequence + "}"))
        .toList();
  }

  public static List<Long> sequences(StandIn standIn) {
    return standIn.delivered().stream().map(StandIn.Delivered::sequence).toList();
  }
}
