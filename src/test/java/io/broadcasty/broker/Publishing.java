package io.broadcasty.broker;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.tenant.TenantId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Short ways to make envelopes and to publish them. */
public final class Publishing {

  private Publishing() {}

  public static TenantChannel channel(String name) {
    return channel("acme", name);
  }

  public static TenantChannel channel(String tenant, String name) {
    return new TenantChannel(new TenantId(tenant), new ChannelName(name));
  }

  /** An envelope whose id the server made. */
  public static Envelope plain(TenantChannel channel, int partition, String payload) {
    return new Envelope(
        channel, partition, "made-" + payload.hashCode(), false, Message.of(payload));
  }

  /** An envelope whose id the publisher chose. */
  public static Envelope named(TenantChannel channel, int partition, String id) {
    return new Envelope(channel, partition, id, true, Message.of("\"" + id + "\""));
  }

  public static List<AppendOutcome> publish(Broker broker, List<Envelope> envelopes) {
    try {
      return broker.publish(envelopes).toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no answer", e);
    }
  }

  public static AppendOutcome.Appended appended(Broker broker, Envelope envelope) {
    return assertInstanceOf(
        AppendOutcome.Appended.class, publish(broker, List.of(envelope)).get(0));
  }

  /** Publishes {@code "1"} to {@code "count"}, one after the other. */
  public static void fill(Broker broker, TenantChannel channel, int partition, int count) {
    publish(
            broker,
            IntStream.rangeClosed(1, count)
                .mapToObj(i -> plain(channel, partition, Integer.toString(i)))
                .toList())
        .forEach(outcome -> assertInstanceOf(AppendOutcome.Appended.class, outcome));
  }

  /** All that is kept. */
  public static List<Publication> kept(Broker broker, TenantChannel channel, int partition) {
    return broker
        .replay(
            new ReplayRequest(
                channel,
                partition,
                null,
                StreamState.FROM_OLDEST,
                Integer.MAX_VALUE,
                Long.MAX_VALUE))
        .publications();
  }

  public static List<Long> sequences(List<Publication> publications) {
    return publications.stream().map(p -> p.position().sequence()).toList();
  }
}
