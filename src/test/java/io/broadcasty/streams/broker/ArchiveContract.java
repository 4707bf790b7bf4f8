package io.broadcasty.streams.broker;

import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static io.broadcasty.streams.broker.TestPublications.sequences;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.streams.broker.Archive.SequenceRange;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The contract of {@link Archive}. Every implementation's test extends this. */
public abstract class ArchiveContract {

  protected static final Duration RETENTION = Duration.ofDays(30);
  private static final TenantChannel ORDERS = channel("orders");
  private static final StreamKey ONE = new StreamKey(ORDERS, 0, "one");

  protected final ManualTime time = new ManualTime();

  /**
   * Opens an archive, as another node would; all calls in one test share a store, initially empty.
   */
  protected abstract Archive open();

  private List<Publication> run(StreamKey stream, long from, long to) {
    return LongStream.rangeClosed(from, to)
        .mapToObj(
            sequence ->
                new Publication(
                    plain(stream.channel(), stream.partition(), stream.epoch() + sequence),
                    new Position(stream.epoch(), stream.partition(), sequence),
                    time.nowMillis()))
        .toList();
  }

  private static List<Long> kept(Archive archive, StreamKey stream) {
    return sequences(archive.read(stream, 0, Long.MAX_VALUE, 100_000));
  }

  private static List<Long> from(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  private static List<SequenceRange> ranges(Archive archive, StreamKey stream) {
    return archive
        .ranges(stream.channel(), stream.epoch())
        .getOrDefault(stream.partition(), List.of());
  }

  @Test
  void erasesMessagesAndKeepsTheirPlaces() {
    Archive archive = open();
    assertEquals(1000, archive.append(ONE, run(ONE, 1, 1000)));
    List<Publication> before = archive.read(ONE, 0, Long.MAX_VALUE, 100_000);
    Set<Long> erased = Set.of(1L, 2L, 500L, 1000L);
    assertEquals(4, archive.erase(ONE, erased));
    assertEquals(4, archive.erase(ONE, erased), "again");
    assertEquals(0, archive.erase(ONE, Set.of(1001L)));
    assertEquals(0, archive.erase(new StreamKey(ORDERS, 0, "two"), erased));
    assertEquals(
        before.stream()
            .map(p -> erased.contains(p.position().sequence()) ? p.erased() : p)
            .toList(),
        archive.read(ONE, 0, Long.MAX_VALUE, 100_000));
    assertEquals(List.of(new SequenceRange(1, 1000)), ranges(archive, ONE));
  }

  @Test
  void listsTheStreamsOfATenant() {
    Archive archive = open();
    StreamKey other = new StreamKey(channel("globex", "orders"), 0, "one");
    List<StreamKey> ordered =
        List.of(
            new StreamKey(channel("bills"), 0, "two"),
            ONE,
            new StreamKey(ORDERS, 0, "two"),
            new StreamKey(ORDERS, 2, "one"));
    for (StreamKey stream : List.of(ordered.get(3), ONE, other, ordered.get(2), ordered.get(0))) {
      assertEquals(2, archive.append(stream, run(stream, 1, 2)));
    }
    TenantId tenant = ORDERS.tenant();
    assertEquals(ordered, archive.streams(tenant, null, 10));
    assertEquals(ordered.subList(0, 3), archive.streams(tenant, null, 3));
    assertEquals(ordered.subList(2, 4), archive.streams(tenant, ordered.get(1), 10));
    assertEquals(List.of(), archive.streams(tenant, ordered.get(3), 10));
    assertEquals(List.of(), archive.streams(new TenantId("none"), null, 10));
  }

  @Test
  void keepsPublicationsVerbatim() {
    Archive archive = open();
    assertEquals(Map.of(), archive.ranges(ORDERS, "one"));
    Envelope full =
        new Envelope(
            ORDERS,
            0,
            "ü-1",
            true,
            new Message(
                "{ \"n\": 1.50, \"e\": \"😀\" }",
                "{}",
                "e",
                "c",
                "r",
                Headers.of(Map.of("tag", "é 🎉", "empty", "")),
                new Origin("änn", "s-1")));
    Publication publication = new Publication(full, new Position("one", 0, 1), time.nowMillis());
    assertEquals(1, archive.append(ONE, List.of(publication)));
    assertEquals(List.of(publication), archive.read(ONE, 0, 1, 10));
    assertEquals(List.of(new SequenceRange(1, 1)), ranges(open(), ONE));
  }

  @Test
  void appendsWhatFollowsAndSkipsWhatItHas() {
    Archive archive = open();
    assertEquals(5, archive.append(ONE, run(ONE, 1, 5)));
    assertEquals(5, archive.append(ONE, run(ONE, 2, 4)));
    assertEquals(9, open().append(ONE, run(ONE, 4, 9)));
    assertEquals(List.of(new SequenceRange(1, 9)), ranges(archive, ONE));
    assertEquals(from(1, 9), kept(archive, ONE));
    assertEquals(List.of(4L, 5L), sequences(archive.read(ONE, 3, 8, 2)));
    assertEquals(List.of(8L), sequences(archive.read(ONE, 7, 8, 20)));
  }

  @Test
  void reportsAGap() {
    Archive archive = open();
    archive.append(ONE, run(ONE, 3, 5));
    assertEquals(12, archive.append(ONE, run(ONE, 10, 12)));
    archive.append(ONE, run(ONE, 13, 13));
    assertEquals(List.of(new SequenceRange(3, 5), new SequenceRange(10, 13)), ranges(archive, ONE));
    assertEquals(Map.of(ONE, 13L), archive.heads(List.of(ORDERS)));
    assertEquals(List.of(3L, 4L, 5L, 10L, 11L, 12L, 13L), kept(archive, ONE));
  }

  @Test
  void keepsEpochsAndPartitionsAndChannelsAndTenantsApart() {
    Archive archive = open();
    StreamKey again = new StreamKey(ORDERS, 0, "two");
    StreamKey other = new StreamKey(ORDERS, 7, "one");
    StreamKey capital = new StreamKey(channel("Orders"), 0, "one");
    StreamKey globex = new StreamKey(channel("globex", "orders"), 0, "one");
    int length = 1;
    for (StreamKey stream : List.of(ONE, again, other, capital, globex)) {
      archive.append(stream, run(stream, 1, length));
      length++;
    }
    assertEquals(
        Map.of(0, List.of(new SequenceRange(1, 1)), 7, List.of(new SequenceRange(1, 3))),
        archive.ranges(ORDERS, "one"));
    assertEquals(Map.of(0, List.of(new SequenceRange(1, 2))), archive.ranges(ORDERS, "two"));
    assertEquals(
        Map.of(ONE, 1L, again, 2L, other, 3L, globex, 5L),
        archive.heads(List.of(ORDERS, channel("none"), globex.channel())));
    assertEquals(run(again, 1, 2), archive.read(again, 0, 100, 100));
    assertEquals(from(1, 4), kept(archive, capital));
    assertEquals(from(1, 5), kept(archive, globex));
  }

  @Test
  void prunesByRetentionAndRemembersThePosition() {
    Archive archive = open();
    archive.append(ONE, run(ONE, 1, 2500));
    time.advance(Duration.ofDays(20));
    archive.append(ONE, run(ONE, 2501, 2510));
    archive.prune();
    assertEquals(2510, kept(archive, ONE).size());

    time.advance(Duration.ofDays(10).plusMillis(1));
    archive.prune();
    assertEquals(from(2501, 2510), kept(archive, ONE));
    assertEquals(List.of(new SequenceRange(2501, 2510)), ranges(archive, ONE));

    time.advance(Duration.ofDays(20));
    archive.prune();
    assertEquals(List.of(), kept(archive, ONE));
    assertEquals(List.of(new SequenceRange(2511, 2510)), ranges(archive, ONE));
    assertEquals(2512, archive.append(ONE, run(ONE, 2509, 2512)));
    assertEquals(List.of(new SequenceRange(2511, 2512)), ranges(archive, ONE));
    archive.prune();
    assertEquals(from(2511, 2512), kept(archive, ONE));

    time.advance(RETENTION.plusHours(25));
    archive.prune();
    assertEquals(List.of(), kept(archive, ONE));
    assertEquals(Map.of(), archive.ranges(ORDERS, "one"));
  }

  @Test
  void prunesRangesOneAfterTheOther() {
    Archive archive = open();
    archive.append(ONE, run(ONE, 1, 700));
    archive.append(ONE, run(ONE, 801, 1500));
    time.advance(Duration.ofDays(1));
    archive.append(ONE, run(ONE, 1601, 1602));
    time.advance(RETENTION.minusHours(1));
    archive.prune();
    assertEquals(List.of(new SequenceRange(1601, 1602)), ranges(archive, ONE));
    assertEquals(from(1601, 1602), kept(archive, ONE));
    time.advance(Duration.ofHours(2));
    archive.prune();
    assertEquals(List.of(new SequenceRange(1603, 1602)), ranges(archive, ONE));
    archive.append(ONE, run(ONE, 1700, 1700));
    assertEquals(List.of(new SequenceRange(1700, 1700)), ranges(archive, ONE));
  }

  @Test
  void concurrentCopiesNeitherFailNorDuplicate() throws Exception {
    int nodes = 4;
    int last = 300;
    CyclicBarrier barrier = new CyclicBarrier(nodes);
    ExecutorService threads = Executors.newFixedThreadPool(nodes);
    try {
      List<Future<Long>> copies =
          java.util.stream.IntStream.range(0, nodes)
              .mapToObj(
                  node ->
                      threads.submit(
                          () -> {
                            Archive archive = open();
                            long head = 0;
                            barrier.await();
                            while (head < last) {
                              long to = Math.min(last, head + 5 + node);
                              head = archive.append(ONE, run(ONE, head + 1, to));
                            }
                            return head;
                          }))
              .toList();
      for (Future<Long> copy : copies) {
        assertEquals(last, copy.get(60, TimeUnit.SECONDS));
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(from(1, last), kept(open(), ONE));
    assertEquals(List.of(new SequenceRange(1, last)), ranges(open(), ONE));
  }
}
