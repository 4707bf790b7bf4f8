package io.broadcasty.streams.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.channel.TenantChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A listener that records the publications it receives. */
public final class RecordingPublicationListener implements PublicationListener {

  private final List<Publication> all = new CopyOnWriteArrayList<>();
  private final List<Envelope> ephemerals = new CopyOnWriteArrayList<>();

  @Override
  public void onPublication(Publication publication) {
    all.add(publication);
  }

  @Override
  public void onEphemeral(Envelope envelope, long timeMillis) {
    ephemerals.add(envelope);
  }

  /** Returns the received envelopes that are not kept, in order of arrival. */
  public List<Envelope> ephemerals() {
    return List.copyOf(ephemerals);
  }

  public List<Publication> all() {
    return List.copyOf(all);
  }

  /** Returns the received sequences of one partition, in order of arrival. */
  public List<Long> sequences(TenantChannel channel, int partition) {
    return all.stream()
        .filter(p -> p.envelope().channel().equals(channel))
        .filter(p -> p.position().partition() == partition)
        .map(p -> p.position().sequence())
        .toList();
  }

  /** Asserts that every partition was received from 1 on, in order, without gaps or duplicates. */
  public void assertContiguousFromOne() {
    Map<Object, List<Long>> byPartition =
        all.stream()
            .collect(
                Collectors.groupingBy(
                    p -> List.of(p.envelope().channel(), p.position().partition()),
                    Collectors.mapping(p -> p.position().sequence(), Collectors.toList())));
    byPartition.forEach(
        (partition, sequences) ->
            assertEquals(
                LongStream.rangeClosed(1, sequences.size()).boxed().toList(),
                sequences,
                () -> "order of " + partition));
  }
}
