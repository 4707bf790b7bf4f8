package io.broadcasty.streams.broker;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.ephemeral;
import static io.broadcasty.streams.broker.TestPublications.fill;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static io.broadcasty.streams.broker.TestPublications.publish;
import static io.broadcasty.streams.broker.TestPublications.sequences;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.RetentionLimits;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.streams.compaction.CompactingBroker;
import io.broadcasty.streams.quota.ChannelQuotaBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract of {@link Broker}. Every implementation's test extends this. */
public abstract class BrokerContract {

  protected static final Duration WINDOW = Duration.ofMinutes(10);
  protected static final Retention PLENTY = new Retention(Duration.ofHours(1), 100_000, 1L << 30);
  private static final TenantChannel ORDERS = channel("orders");

  /** Ids that some collation of a database takes for the same. */
  static final List<String> ALIKE =
      List.of(
          "bar",
          "bar ",
          "bar  ",
          " bar",
          "BAR",
          "bar\t",
          "bar\u00a0",
          "bar\u200b",
          "b\u00e4r",
          "ba\u0308r",
          "stra\u00dfe",
          "strasse",
          "\ufb01",
          "fi",
          "a\ud83d\ude00",
          "a\ud83d\ude01",
          "a\ufffd",
          "a?");

  protected final ManualTime time = new ManualTime();
  protected final RecordingPublicationListener received = new RecordingPublicationListener();
  private final List<Broker> opened = new ArrayList<>();

  /** Opens a broker with an empty store. Called once for each test. */
  protected abstract Broker open(RetentionLookup retention, PublicationListener listener)
      throws Exception;

  /** Returns the names or the numbers of what the store has stored; empty if it is in memory. */
  protected Set<String> stored() {
    return Set.of();
  }

  private Broker broker() throws Exception {
    return broker(PLENTY, received);
  }

  private Broker broker(Retention retention, PublicationListener listener) throws Exception {
    return broker(RetentionLookup.uniform(retention), listener);
  }

  private Broker broker(RetentionLookup retention, PublicationListener listener) throws Exception {
    Broker broker = open(retention, listener);
    opened.add(broker);
    return broker;
  }

  @AfterEach
  protected void closeAll() {
    opened.forEach(Broker::close);
  }

  @Test
  void assignsSequencesFromOneWithoutGapsAndAnnouncesThemInOrder() throws Exception {
    Broker broker = broker();
    for (int i = 1; i <= 3; i++) {
      AppendOutcome.Appended appended = appended(broker, plain(ORDERS, 0, "" + i));
      assertEquals(i, appended.position().sequence());
      assertEquals(0, appended.position().partition());
      assertFalse(appended.duplicate());
    }
    assertEquals(List.of(1L, 2L, 3L), received.sequences(ORDERS, 0));
    assertEquals(received.all(), kept(broker, ORDERS, 0));
  }

  @Test
  void announcesWhatIsEphemeralWithoutKeepingIt() throws Exception {
    Broker broker = broker();
    TenantChannel unknown = channel("typing");
    Set<String> before = stored();
    Envelope first =
        new Envelope(
            unknown,
            0,
            "typing",
            true,
            new Message(
                "{ \"é\": 1.50 }",
                "{}",
                "typed",
                "c",
                "r",
                Headers.of(Map.of("tag", "é 🎉")),
                new Origin("änn", "s-1")),
            true);
    assertEquals(new AppendOutcome.Announced(), publish(broker, List.of(first)).get(0));
    assertEquals(new AppendOutcome.Announced(), publish(broker, List.of(first)).get(0), "again");
    assertEquals(List.of(first, first), received.ephemerals());
    assertEquals(0, broker.states(unknown, 1).get(0).head());
    assertEquals(List.of(), broker.channels(unknown.tenant(), new ChannelPattern(""), 10));
    assertEquals(before, stored());
    List<AppendOutcome> outcomes =
        publish(
            broker,
            List.of(
                plain(ORDERS, 0, "1"),
                ephemeral(ORDERS, "2"),
                plain(ORDERS, 0, "3"),
                ephemeral(ORDERS, "4")));
    assertEquals(
        List.of(1L, 0L, 2L, 0L),
        outcomes.stream()
            .map(each -> each instanceof AppendOutcome.Appended a ? a.position().sequence() : 0L)
            .toList());
    assertEquals(List.of(1L, 2L), received.sequences(ORDERS, 0));
    assertEquals(2, kept(broker, ORDERS, 0).size());
    assertEquals(
        List.of(ephemeral(ORDERS, "2"), ephemeral(ORDERS, "4")),
        received.ephemerals().subList(2, 4));
  }

  @Test
  void keepsTheOrderOfABatchAndEachPartitionItsOwnSequences() throws Exception {
    Broker broker = broker();
    List<AppendOutcome> outcomes =
        publish(
            broker,
            List.of(
                plain(ORDERS, 0, "\"a\""),
                plain(ORDERS, 1, "\"b\""),
                plain(channel("other"), 0, "\"c\""),
                plain(ORDERS, 0, "\"d\"")));
    assertEquals(
        List.of(1L, 1L, 1L, 2L),
        outcomes.stream()
            .map(o -> assertInstanceOf(AppendOutcome.Appended.class, o).position().sequence())
            .toList());
    assertEquals(
        List.of("\"a\"", "\"d\""),
        kept(broker, ORDERS, 0).stream().map(p -> p.envelope().message().payload()).toList());
  }

  @Test
  void listsTheChannelsOfAllTenantsByPage() throws Exception {
    Broker broker = broker();
    assumeTrue(broker instanceof ChannelDirectory, "it stands before one that lists them");
    ChannelDirectory directory = (ChannelDirectory) broker;
    List<TenantChannel> all =
        List.of(
            channel("acme", "a"),
            channel("acme", "b"),
            channel("acme", "private-a"),
            channel("globex", "A"),
            channel("globex", "a"));
    all.forEach(each -> appended(broker, plain(each, 0, "1")));
    ChannelPattern open = new ChannelPattern("");
    List<TenantChannel> first = directory.channels(open, null, 3);
    assertEquals(List.of(all.get(0), all.get(1), all.get(3)), first);
    assertEquals(List.of(all.get(4)), directory.channels(open, first.get(2), 3));
    assertEquals(List.of(), directory.channels(open, all.get(4), 3));
    assertEquals(List.of(all.get(2)), directory.channels(new ChannelPattern("private-"), null, 3));
  }

  @Test
  void readingStoresNothing() throws Exception {
    Broker broker = broker();
    appended(broker, plain(ORDERS, 0, "1"));
    Set<String> before = stored();
    for (int i = 0; i < 20; i++) {
      for (TenantChannel channel : List.of(ORDERS, channel("unknown" + i), channel("u" + i, "x"))) {
        broker.states(channel, 3);
        broker.follow(channel).toCompletableFuture().get(10, TimeUnit.SECONDS);
        for (int partition = 0; partition < 3; partition++) {
          broker.replay(new ReplayRequest(channel, partition, null, 0, 10, 10_000));
          broker.replay(new ReplayRequest(channel, partition, "other", 7, 10, 10_000));
          broker.replay(
              new ReplayRequest(channel, partition, null, StreamState.FROM_OLDEST, 10, 10_000));
        }
        broker.unfollow(channel);
      }
      broker.channels(new TenantId("t" + i), new ChannelPattern(""), 10);
    }
    assertEquals(before, stored());
  }

  @Test
  void readersKnowTheEpochOfAChannelsFirstPublication() throws Exception {
    Broker broker = broker();
    for (int i = 0; i < 20; i++) {
      TenantChannel channel = channel("c" + i);
      StreamState initial = broker.states(channel, 1).get(0);
      assertEquals(initial, broker.replay(after(channel, initial.epoch(), 0)).state());
      Position first = appended(broker, plain(channel, 0, "1")).position();
      assertEquals(new Position(initial.epoch(), 0, 1), first);
      ReplayPage page = broker.replay(after(channel, initial.epoch(), 0));
      assertNull(page.lost());
      assertEquals(List.of(1L), sequences(page.publications()));
    }
  }

  private static ReplayRequest after(TenantChannel channel, String epoch, long sequence) {
    return new ReplayRequest(channel, 0, epoch, sequence, 10, 10_000);
  }

  @Test
  void anEmptyBatchHasNoOutcomes() throws Exception {
    assertEquals(List.of(), publish(broker(), List.of()));
  }

  @Test
  void keepsEveryPartOfAnEnvelopeVerbatim() throws Exception {
    Broker broker = broker();
    Envelope full =
        new Envelope(
            ORDERS,
            2,
            "id-ü-1",
            true,
            new Message(
                "{ \"emoji\": \"😀\",  \"n\": 1.50 }",
                "{\"schema\":\"é.v1\"}",
                "created",
                "c-1",
                "rpc:client:42",
                Headers.of(Map.of("tag", "é 🎉", "empty", "")),
                new Origin("änn", "s-1")));
    Envelope large = plain(ORDERS, 2, "\"" + "x".repeat(300_000) + "\"");
    time.advance(Duration.ofMillis(17));
    AppendOutcome.Appended appended = appended(broker, full);
    appended(broker, large);
    List<Publication> read = kept(broker, ORDERS, 2);
    assertEquals(new Publication(full, appended.position(), time.nowMillis()), read.get(0));
    assertEquals(large.message().payload(), read.get(1).envelope().message().payload());
    assertEquals(received.all(), read);
  }

  @Test
  void erasesMessagesAndKeepsTheirPlaces() throws Exception {
    Broker broker = broker();
    Envelope full =
        new Envelope(
            ORDERS,
            0,
            "o-1",
            true,
            new Message("1", "{}", "e", "c", "r", Headers.of(Map.of("h", "x")), Origin.of("ann")));
    Position first = appended(broker, full).position();
    time.advance(Duration.ofMillis(5));
    fill(broker, ORDERS, 0, 700);
    List<Publication> before = kept(broker, ORDERS, 0);
    StreamKey stream = new StreamKey(ORDERS, 0, first.epoch());
    Set<Long> erased = Set.of(1L, 5L, 6L, 333L, 701L);
    Set<String> names = stored();
    assertEquals(5, broker.erase(stream, erased));
    List<Publication> expected =
        before.stream()
            .map(p -> erased.contains(p.position().sequence()) ? p.erased() : p)
            .toList();
    assertEquals(expected, kept(broker, ORDERS, 0));
    assertTrue(kept(broker, ORDERS, 0).get(0).envelope().message().isErased());
    assertEquals(names, stored());
    assertEquals(5, broker.erase(stream, erased), "again");
    assertEquals(0, broker.erase(stream, Set.of(702L, 0L)), "nothing of it is kept");
    assertEquals(0, broker.erase(new StreamKey(ORDERS, 0, "another"), erased));
    assertEquals(0, broker.erase(new StreamKey(ORDERS, 7, first.epoch()), erased));
    assertEquals(0, broker.erase(new StreamKey(channel("none"), 0, first.epoch()), erased));
    assertEquals(expected, kept(broker, ORDERS, 0));
    assertEquals(702, appended(broker, plain(ORDERS, 0, "on")).position().sequence());
    AppendOutcome.Appended repeated = appended(broker, full);
    assertEquals(first, repeated.position());
    assertTrue(repeated.duplicate());
    assertEquals(702, received.sequences(ORDERS, 0).size(), "erasing announces nothing");
  }

  @Test
  void keepsErasedMessagesWithinTheRetention() throws Exception {
    Broker broker = broker(new Retention(Duration.ofHours(1), 10, 1L << 30), received);
    fill(broker, ORDERS, 0, 10);
    String epoch = broker.states(ORDERS, 1).get(0).epoch();
    LongStream all = LongStream.rangeClosed(1, 10);
    assertEquals(
        10, broker.erase(new StreamKey(ORDERS, 0, epoch), Set.copyOf(all.boxed().toList())));
    fill(broker, ORDERS, 0, 4);
    assertEquals(
        LongStream.rangeClosed(5, 14).boxed().toList(), sequences(kept(broker, ORDERS, 0)));
    time.advance(Duration.ofMinutes(61));
    assertEquals(List.of(), kept(broker, ORDERS, 0));
    assertEquals(15, appended(broker, plain(ORDERS, 0, "on")).position().sequence());
  }

  /** Why they do: docs/adr/0074. */
  @Test
  void placesOfReplacedPublicationsCountInTheRetentionAsBefore() throws Exception {
    int cost = keyed(ORDERS, 0, "a", 1).costBytes();
    Broker streams = broker(new Retention(Duration.ofHours(1), 1000, 10L * cost), received);
    CompactingBroker broker =
        new CompactingBroker(streams, ORDERS::equals, Duration.ofSeconds(10), time);
    for (int round = 1; round <= 9; round++) {
      appended(broker, keyed(ORDERS, 0, "a", round));
    }
    time.advance(Duration.ofSeconds(11));
    broker.compact();
    assertEquals(8, broker.erased());
    assertEquals(LongStream.rangeClosed(1, 9).boxed().toList(), sequences(kept(broker, ORDERS, 0)));
    appended(broker, keyed(ORDERS, 0, "b", 1));
    appended(broker, keyed(ORDERS, 0, "b", 2));
    assertEquals(
        LongStream.rangeClosed(2, 11).boxed().toList(), sequences(kept(broker, ORDERS, 0)));
  }

  @Test
  void readersAndPublishersSeeNoGapWhileMessagesAreErased() throws Exception {
    Broker broker = broker();
    fill(broker, ORDERS, 0, 500);
    StreamKey stream = new StreamKey(ORDERS, 0, broker.states(ORDERS, 1).get(0).epoch());
    ExecutorService threads = Executors.newFixedThreadPool(3);
    AtomicBoolean done = new AtomicBoolean();
    try {
      Future<?> publisher =
          threads.submit(
              () -> {
                while (!done.get()) {
                  fill(broker, ORDERS, 0, 3);
                }
                return null;
              });
      Future<?> reader =
          threads.submit(
              () -> {
                while (!done.get()) {
                  List<Long> seen = sequences(kept(broker, ORDERS, 0));
                  assertEquals(LongStream.rangeClosed(1, seen.size()).boxed().toList(), seen);
                  assertTrue(seen.size() >= 500);
                }
                return null;
              });
      Future<?> eraser =
          threads.submit(
              () -> {
                for (long sequence = 1; sequence <= 20; sequence++) {
                  assertEquals(1, broker.erase(stream, Set.of(sequence * 7)));
                }
                return null;
              });
      eraser.get(60, TimeUnit.SECONDS);
      done.set(true);
      reader.get(20, TimeUnit.SECONDS);
      publisher.get(20, TimeUnit.SECONDS);
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
    List<Publication> kept = kept(broker, ORDERS, 0);
    assertEquals(received.sequences(ORDERS, 0), sequences(kept));
    for (Publication publication : kept) {
      long sequence = publication.position().sequence();
      assertEquals(
          sequence % 7 == 0 && sequence <= 140, publication.envelope().message().isErased());
    }
  }

  @Test
  void keepsOnlyTheNewestOfAKey() throws Exception {
    CompactingBroker broker =
        new CompactingBroker(broker(), ORDERS::equals, Duration.ofSeconds(10), time);
    TenantChannel other = channel("other");
    for (int round = 1; round <= 3; round++) {
      appended(broker, keyed(ORDERS, 0, "a", round));
      appended(broker, plain(ORDERS, 0, "plain-" + round));
      publish(broker, List.of(keyed(ORDERS, 1, "a", round), keyed(ORDERS, 0, "b", round)));
      appended(broker, keyed(other, 0, "a", round));
    }
    appended(broker, keyed(ORDERS, 0, "once", 1));
    List<Publication> first = kept(broker, ORDERS, 0);
    List<Publication> second = kept(broker, ORDERS, 1);
    List<Publication> others = kept(broker, other, 0);
    broker.compact();
    assertEquals(first, kept(broker, ORDERS, 0), "too early");
    time.advance(Duration.ofSeconds(11));
    broker.compact();

    Set<Long> replaced = Set.of(1L, 3L, 4L, 6L); // sequences a p b a p b a p b once
    assertEquals(erased(first, replaced), kept(broker, ORDERS, 0));
    assertEquals(erased(second, Set.of(1L, 2L)), kept(broker, ORDERS, 1));
    assertEquals(others, kept(broker, other, 0), "not compacted");
    assertEquals(6, broker.erased());
    String epoch = first.get(0).position().epoch();
    ReplayPage resumed = broker.replay(new ReplayRequest(ORDERS, 0, epoch, 2, 100, Long.MAX_VALUE));
    assertNull(resumed.lost(), "the place of a replaced publication is no gap");
    assertEquals(erased(first, replaced).subList(2, 10), resumed.publications());
    AppendOutcome.Appended repeated = appended(broker, keyed(ORDERS, 0, "a", 1));
    assertEquals(first.get(0).position(), repeated.position());
    assertTrue(repeated.duplicate());

    appended(broker, keyed(ORDERS, 0, "a", 4));
    time.advance(Duration.ofSeconds(61));
    broker.compact();
    assertEquals(7, broker.erased());
    assertTrue(kept(broker, ORDERS, 0).get(6).envelope().message().isErased());
    assertEquals(keyed(ORDERS, 0, "a", 4), kept(broker, ORDERS, 0).get(10).envelope());
  }

  @Test
  void countsTheChannelsOfATenant() throws Exception {
    Broker broker = broker();
    TenantId acme = ORDERS.tenant();
    assertEquals(0, broker.countChannels(acme, 100));
    for (String name : List.of("a", "b", "private-c", "a")) {
      publish(broker, List.of(plain(channel(name), 0, "1"), plain(channel(name), 1, "2")));
    }
    publish(broker, List.of(ephemeral(channel("typing"), "1")));
    publish(broker, List.of(plain(channel("beta", "a"), 0, "1")));
    assertEquals(3, broker.countChannels(acme, 100));
    assertEquals(2, broker.countChannels(acme, 2));
    assertEquals(1, broker.countChannels(new TenantId("beta"), 100));
  }

  @Test
  void refusesChannelsBeyondTheQuota() throws Exception {
    TestTenantSettings tenants =
        new TestTenantSettings().set(ORDERS.tenant(), acme -> acme.channelQuota(2));
    Broker broker =
        new ChannelQuotaBroker(
            broker(),
            tenant -> tenants.of(tenant).channelQuota(),
            MemoryBudget.unlimited(MemoryArea.QUEUES),
            time,
            Thread::new,
            Runnable::run);
    opened.add(broker);
    AppendOutcome refused = new AppendOutcome.TooManyChannels(2);
    appended(broker, plain(channel("a"), 0, "1"));
    List<AppendOutcome> batch =
        publish(
            broker,
            List.of(
                plain(channel("b"), 0, "1"),
                plain(channel("c"), 0, "1"),
                ephemeral(channel("c"), "1"),
                plain(channel("b"), 1, "1"),
                plain(channel("c"), 1, "1")));
    assertInstanceOf(AppendOutcome.Appended.class, batch.get(0));
    assertEquals(refused, batch.get(1));
    assertInstanceOf(AppendOutcome.Announced.class, batch.get(2));
    assertInstanceOf(AppendOutcome.Appended.class, batch.get(3));
    assertEquals(refused, batch.get(4));
    appended(broker, plain(channel("a"), 0, "2"));
    appended(broker, plain(channel("beta", "c"), 0, "no quota"));
    time.advance(Duration.ofMinutes(2));
    appended(broker, plain(channel("a"), 0, "exists still"));
    assertEquals(List.of(refused), publish(broker, List.of(plain(channel("c"), 0, "2"))));

    tenants.set(ORDERS.tenant(), acme -> acme.channelQuota(3));
    appended(broker, plain(channel("c"), 0, "3"));
    tenants.set(ORDERS.tenant(), acme -> acme.channelQuota(1));
    time.advance(Duration.ofMinutes(2));
    appended(broker, plain(channel("c"), 0, "4"));
    assertEquals(List.of(1L, 2L), sequences(kept(broker, channel("c"), 0)));
    assertEquals(
        List.of(new AppendOutcome.TooManyChannels(1)),
        publish(broker, List.of(plain(channel("d"), 0, "1"))));
  }

  private static Envelope keyed(TenantChannel channel, int partition, String key, int round) {
    return new Envelope(
        channel,
        partition,
        key + "-" + partition + "-" + round,
        true,
        Message.of("" + round).withOrigin(Origin.of("änn").withCompactionKey(key)));
  }

  private static List<Publication> erased(List<Publication> all, Set<Long> sequences) {
    return all.stream()
        .map(each -> sequences.contains(each.position().sequence()) ? each.erased() : each)
        .toList();
  }

  @Test
  void announcesOnlyReadablePublications() throws Exception {
    CompletableFuture<Broker> itself = new CompletableFuture<>();
    ConcurrentLinkedQueue<Long> readable = new ConcurrentLinkedQueue<>();
    PublicationListener reader =
        publication -> {
          Broker broker = itself.join();
          long head =
              broker
                  .states(publication.envelope().channel(), 1)
                  .get(publication.position().partition())
                  .head();
          if (head >= publication.position().sequence()) {
            readable.add(publication.position().sequence());
          }
        };
    Broker broker = broker(PLENTY, reader);
    itself.complete(broker);
    fill(broker, ORDERS, 0, 5);
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), List.copyOf(readable));
  }

  @Test
  void answersARepeatedIdWithTheFirstPosition() throws Exception {
    Broker broker = broker();
    AppendOutcome.Appended first = appended(broker, named(ORDERS, 0, "o-1"));
    appended(broker, named(ORDERS, 0, "o-2"));
    AppendOutcome.Appended again = appended(broker, named(ORDERS, 0, "o-1"));
    assertTrue(again.duplicate());
    assertEquals(first.position(), again.position());
    AppendOutcome.Appended elsewhere = appended(broker, named(channel("other"), 0, "o-1"));
    assertFalse(elsewhere.duplicate(), "ids belong to their channel");
    assertEquals(List.of(1L, 2L), sequences(kept(broker, ORDERS, 0)));
    assertEquals(List.of(1L, 2L), received.sequences(ORDERS, 0));
  }

  @Test
  void recognisesARepeatedIdInAnotherPartition() throws Exception {
    Broker broker = broker();
    AppendOutcome.Appended first = appended(broker, named(ORDERS, 0, "o-1"));
    AppendOutcome.Appended again = appended(broker, named(ORDERS, 1, "o-1"));
    assertTrue(again.duplicate());
    assertEquals(first.position(), again.position());
    assertEquals(List.of(), kept(broker, ORDERS, 1));
  }

  @Test
  void recognisesARepeatedIdInsideOneBatch() throws Exception {
    Broker broker = broker();
    List<AppendOutcome> outcomes =
        publish(
            broker, List.of(named(ORDERS, 0, "a"), named(ORDERS, 0, "b"), named(ORDERS, 0, "a")));
    Position first = assertInstanceOf(AppendOutcome.Appended.class, outcomes.get(0)).position();
    assertEquals(new AppendOutcome.Appended(first, true), outcomes.get(2));
    assertEquals(List.of(1L, 2L), sequences(kept(broker, ORDERS, 0)));
  }

  @Test
  void doesNotCompareGeneratedIds() throws Exception {
    Broker broker = broker();
    appended(broker, plain(ORDERS, 0, "1"));
    assertEquals(2, appended(broker, plain(ORDERS, 0, "1")).position().sequence());
  }

  @Test
  void appendsAnIdOnceHoweverManyPublishItAtOnce() throws Exception {
    Broker broker = broker();
    int threads = 8;
    int ids = 25;
    CyclicBarrier start = new CyclicBarrier(threads);
    ConcurrentLinkedQueue<AppendOutcome.Appended> answers = new ConcurrentLinkedQueue<>();
    inParallel(
        threads,
        thread -> {
          for (int id = 0; id < ids; id++) {
            start.await(20, TimeUnit.SECONDS);
            answers.add(appended(broker, named(ORDERS, 0, "same-" + id)));
          }
        });
    assertEquals(ids, answers.stream().filter(a -> !a.duplicate()).count());
    assertEquals(ids, answers.stream().map(AppendOutcome.Appended::position).distinct().count());
    assertEquals(ids, kept(broker, ORDERS, 0).size());
    assertEquals(ids, received.all().size());
  }

  @Test
  void remembersAnIdForTheWholeWindowAndNotForever() throws Exception {
    Broker broker = broker();
    appended(broker, named(ORDERS, 0, "o-1"));
    time.advance(WINDOW.minusSeconds(1));
    broker.prune();
    assertTrue(appended(broker, named(ORDERS, 0, "o-1")).duplicate());
    time.advance(Duration.ofSeconds(2));
    broker.prune();
    AppendOutcome.Appended afterWindow = appended(broker, named(ORDERS, 0, "o-1"));
    assertFalse(afterWindow.duplicate());
    assertEquals(2, afterWindow.position().sequence());
  }

  @Test
  void readsPageByPage() throws Exception {
    Broker broker = broker();
    fill(broker, ORDERS, 0, 7);
    ReplayPage page = broker.replay(new ReplayRequest(ORDERS, 0, null, 2, 3, Long.MAX_VALUE));
    assertEquals(List.of(3L, 4L, 5L), sequences(page.publications()));
    assertEquals(7, page.state().head());
    assertEquals(1, page.state().first());
    assertNull(page.lost());
    ReplayPage rest =
        broker.replay(new ReplayRequest(ORDERS, 0, page.state().epoch(), 5, 3, Long.MAX_VALUE));
    assertEquals(List.of(6L, 7L), sequences(rest.publications()));
    ReplayPage end =
        broker.replay(new ReplayRequest(ORDERS, 0, page.state().epoch(), 7, 3, Long.MAX_VALUE));
    assertEquals(List.of(), end.publications());
    assertNull(end.lost());
  }

  @Test
  void boundsAPageInBytesButReturnsAtLeastOne() throws Exception {
    Broker broker = broker();
    fill(broker, ORDERS, 0, 5);
    long cost = plain(ORDERS, 0, "1").costBytes();
    assertEquals(
        List.of(1L, 2L),
        sequences(
            broker
                .replay(new ReplayRequest(ORDERS, 0, null, 0, 100, 2 * cost + 1))
                .publications()));
    assertEquals(
        List.of(4L),
        sequences(broker.replay(new ReplayRequest(ORDERS, 0, null, 3, 100, 1)).publications()));
  }

  @Test
  void readsTheStateOnly() throws Exception {
    Broker broker = broker();
    fill(broker, ORDERS, 0, 3);
    ReplayPage page = broker.replay(new ReplayRequest(ORDERS, 0, null, 0, 0, 1000));
    assertEquals(List.of(), page.publications());
    assertEquals(3, page.state().head());
  }

  @Test
  void returnsTheEpochOfAStreamBeforeItsFirstPublication() throws Exception {
    Broker broker = broker();
    List<StreamState> before = broker.states(ORDERS, 2);
    assertEquals(2, before.size());
    for (int p = 0; p < 2; p++) {
      assertEquals(new StreamState(before.get(0).epoch(), p, 1, 0), before.get(p));
      assertEquals(
          before.get(p), broker.replay(new ReplayRequest(ORDERS, p, null, 0, 10, 1000)).state());
    }
    assertEquals(before.get(1).epoch(), appended(broker, plain(ORDERS, 1, "1")).position().epoch());
    List<StreamState> after = broker.states(ORDERS, 1);
    assertEquals(2, after.size(), "a further partition that has publications is returned too");
    assertEquals(0, after.get(0).head());
    assertEquals(1, after.get(1).head());
    assertEquals(before.get(0).epoch(), after.get(0).epoch());
  }

  @Test
  void returnsTheHeadsOfManyChannels() throws Exception {
    Broker broker = broker();
    Map<TenantChannel, List<Position>> expected = new HashMap<>();
    for (String tenant : List.of("acme", "umbrella")) {
      for (int i = 0; i < 60; i++) {
        TenantChannel channel =
            new TenantChannel(new TenantId(tenant), new ChannelName("many" + i));
        List<Position> heads = new ArrayList<>();
        for (int partition = 0; partition < i % 3; partition++) {
          heads.add(appended(broker, plain(channel, partition, "1")).position());
        }
        expected.put(channel, heads);
      }
    }
    Map<TenantChannel, List<Position>> found = new HashMap<>();
    broker
        .heads(expected.keySet())
        .forEach(
            (channel, heads) ->
                found.put(
                    channel,
                    heads.stream().sorted(Comparator.comparing(Position::partition)).toList()));
    assertEquals(expected, found);
    assertEquals(Map.of(), broker.heads(List.of()));
  }

  @Test
  void reportsAPositionOfAnotherEpoch() throws Exception {
    Broker broker = broker();
    fill(broker, ORDERS, 0, 2);
    ReplayPage page =
        broker.replay(new ReplayRequest(ORDERS, 0, "elsewhere", 1, 10, Long.MAX_VALUE));
    LostPosition lost = assertNotNullLost(page);
    assertEquals(LostPosition.Reason.EPOCH, lost.reason());
    assertEquals(new Position("elsewhere", 0, 1), lost.requested());
    assertEquals(new Position(page.state().epoch(), 0, 0), lost.resumeFrom());
    assertEquals(List.of(1L, 2L), sequences(page.publications()));
  }

  @Test
  void reportsAPositionAhead() throws Exception {
    Broker broker = broker();
    fill(broker, ORDERS, 0, 2);
    ReplayPage page = broker.replay(new ReplayRequest(ORDERS, 0, null, 9, 10, Long.MAX_VALUE));
    LostPosition lost = assertNotNullLost(page);
    assertEquals(LostPosition.Reason.AHEAD, lost.reason());
    assertEquals(2, lost.resumeFrom().sequence());
    assertEquals(List.of(), page.publications());
    assertEquals(
        LostPosition.Reason.AHEAD,
        assertNotNullLost(broker.replay(new ReplayRequest(channel("unborn"), 0, null, 1, 10, 1000)))
            .reason());
  }

  @Test
  void keepsTheMaximumCount() throws Exception {
    Broker broker = broker(new Retention(Duration.ofHours(1), 4, 1L << 30), received);
    fill(broker, ORDERS, 0, 10);
    assertTrimmedTo(broker, 7, 10);
    broker.prune();
    assertTrimmedTo(broker, 7, 10);
    appended(broker, plain(ORDERS, 0, "11"));
    assertTrimmedTo(broker, 8, 11);
  }

  @Test
  void keepsTheMaximumBytesAndAlwaysTheNewest() throws Exception {
    long cost = plain(ORDERS, 0, "1").costBytes();
    Broker broker = broker(new Retention(Duration.ofHours(1), 1000, 3 * cost + 1), received);
    fill(broker, ORDERS, 0, 9);
    assertTrimmedTo(broker, 7, 9);
    broker.prune();
    assertTrimmedTo(broker, 7, 9);
    appended(broker, plain(ORDERS, 0, "\"" + "x".repeat(5000) + "\""));
    assertTrimmedTo(broker, 10, 10);
    broker.prune();
    assertTrimmedTo(broker, 10, 10);
    appended(broker, plain(ORDERS, 0, "1"));
    assertTrimmedTo(broker, 11, 11);
  }

  @Test
  void keepsPublicationsForTheRetentionAge() throws Exception {
    Broker broker = broker(new Retention(Duration.ofMinutes(5), 1000, 1L << 30), received);
    fill(broker, ORDERS, 0, 3);
    time.advance(Duration.ofMinutes(3));
    appended(broker, plain(ORDERS, 0, "4"));
    time.advance(Duration.ofMinutes(2));
    assertTrimmedTo(broker, 1, 4);
    time.advance(Duration.ofSeconds(1));
    assertTrimmedTo(broker, 4, 4);
    broker.prune();
    assertTrimmedTo(broker, 4, 4);
    time.advance(Duration.ofMinutes(4));
    assertEquals(5, broker.states(ORDERS, 1).get(0).first(), "nothing is kept");
    broker.prune();
    StreamState state = broker.states(ORDERS, 1).get(0);
    assertEquals(5, state.first());
    assertEquals(4, state.head(), "sequences go on where they were");
    assertEquals(5, appended(broker, plain(ORDERS, 0, "5")).position().sequence());
    assertTrimmedTo(broker, 5, 5);
  }

  @Test
  void aTenantsOwnRetentionAppliesToItAloneAndAtOnce() throws Exception {
    TestTenantSettings tenants = new TestTenantSettings().all(all -> all.retentionCount(4));
    TenantChannel others = new TenantChannel(new TenantId("other"), ORDERS.name());
    tenants.set(others.tenant(), other -> other.retentionCount(2));
    Broker broker = broker(RetentionLookup.of(tenants), received);
    fill(broker, ORDERS, 0, 6);
    fill(broker, others, 0, 6);
    assertEquals(List.of(3L, 4L, 5L, 6L), sequences(kept(broker, ORDERS, 0)));
    assertEquals(List.of(5L, 6L), sequences(kept(broker, others, 0)));
    tenants.set(others.tenant(), other -> other.retentionCount(3));
    fill(broker, others, 0, 2);
    assertEquals(List.of(6L, 7L, 8L), sequences(kept(broker, others, 0)));
    tenants.set(others.tenant(), other -> other.retentionCount(1));
    assertEquals(List.of(8L), sequences(kept(broker, others, 0)));
    tenants.set(ORDERS.tenant(), acme -> acme.retentionAge(Duration.ofHours(3)));
    time.advance(Duration.ofHours(2));
    broker.prune();
    assertEquals(List.of(3L, 4L, 5L, 6L), sequences(kept(broker, ORDERS, 0)));
    assertEquals(List.of(), sequences(kept(broker, others, 0)));
  }

  @Test
  void aChannelsOwnRetentionAppliesToItAloneAndAtOnce() throws Exception {
    TestTenantSettings tenants = new TestTenantSettings().all(all -> all.retentionCount(4));
    AtomicReference<RetentionLimits> limits = new AtomicReference<>(RetentionLimits.NONE);
    TenantChannel other = channel("other");
    Broker broker =
        broker(
            RetentionLookup.of(
                tenants,
                channel ->
                    channel.equals(ORDERS)
                        ? new ChannelSettings(
                            Objects.requireNonNull(limits.get()), false, null, true, false, false)
                        : ChannelSettings.NONE),
            received);
    fill(broker, ORDERS, 0, 6);
    fill(broker, other, 0, 6);
    limits.set(new RetentionLimits(3600L, 2L, null));
    assertEquals(List.of(5L, 6L), sequences(kept(broker, ORDERS, 0)));
    assertEquals(List.of(3L, 4L, 5L, 6L), sequences(kept(broker, other, 0)));
    limits.set(new RetentionLimits(null, 10L, null));
    fill(broker, ORDERS, 0, 6);
    assertEquals(List.of(9L, 10L, 11L, 12L), sequences(kept(broker, ORDERS, 0)));
    limits.set(new RetentionLimits(60L, null, null));
    time.advance(Duration.ofSeconds(61));
    broker.prune();
    assertEquals(List.of(), sequences(kept(broker, ORDERS, 0)));
    assertEquals(List.of(3L, 4L, 5L, 6L), sequences(kept(broker, other, 0)));
    assertEquals(13, appended(broker, plain(ORDERS, 0, "on")).position().sequence());
  }

  @Test
  void sharesTheRetentionAmongThePartitionsInUse() throws Exception {
    Broker broker = broker(new Retention(Duration.ofHours(1), 10, 1L << 30), received);
    fill(broker, ORDERS, 0, 10);
    assertEquals(10, kept(broker, ORDERS, 0).size());
    fill(broker, ORDERS, 1, 1);
    assertEquals(List.of(6L, 7L, 8L, 9L, 10L), sequences(kept(broker, ORDERS, 0)));
  }

  @Test
  void prunesALongStreamCompletely() throws Exception {
    Broker broker = broker(new Retention(Duration.ofHours(1), 10, 1L << 30), received);
    for (int i = 0; i < 30; i++) {
      fill(broker, ORDERS, 0, 100);
    }
    broker.prune();
    assertTrimmedTo(broker, 2991, 3000);
  }

  @Test
  void forgetsALongEmptyStreamAndChangesTheEpoch() throws Exception {
    Broker broker = broker();
    AppendOutcome.Appended before = appended(broker, plain(ORDERS, 0, "1"));
    time.advance(Duration.ofHours(30));
    broker.prune();
    assertEquals(List.of(), channels(broker, "acme", "*", 10));
    StreamState initial = broker.states(ORDERS, 1).get(0);
    assertEquals(0, initial.head());
    AppendOutcome.Appended after = appended(broker, plain(ORDERS, 0, "1"));
    assertEquals(initial.epoch(), after.position().epoch());
    assertEquals(1, after.position().sequence());
    assertFalse(before.position().epoch().equals(after.position().epoch()));
  }

  @Test
  void findsChannelsByPatternOfTheSameKindInOrder() throws Exception {
    Broker broker = broker();
    for (String name :
        List.of(
            "orders.us",
            "orders.eu",
            "orders.eu.1",
            "order",
            "Orders.x",
            "orders_",
            "private-orders.eu",
            "presence-orders",
            "private-encrypted-orders.eu")) {
      appended(broker, plain(channel(name), 0, "1"));
    }
    assertEquals(
        List.of("orders.eu", "orders.eu.1", "orders.us"), channels(broker, "acme", "orders.*", 10));
    assertEquals(List.of("orders.eu", "orders.eu.1"), channels(broker, "acme", "orders.*", 2));
    assertEquals(
        List.of("Orders.x", "order", "orders.eu", "orders.eu.1", "orders.us", "orders_"),
        channels(broker, "acme", "*", 10));
    assertEquals(List.of("private-orders.eu"), channels(broker, "acme", "private-*", 10));
    assertEquals(
        List.of("private-encrypted-orders.eu"),
        channels(broker, "acme", "private-encrypted-*", 10));
    assertEquals(List.of(), channels(broker, "acme", "nothing*", 10));
    assertEquals(List.of("orders_"), channels(broker, "acme", "orders_*", 10));
  }

  @Test
  void listsChannelsOfAllKindsPageByPage() throws Exception {
    Broker broker = broker();
    for (String name : List.of("b", "a.2", "a.1", "a", "private-a", "presence-a", "B", "a_")) {
      appended(broker, plain(channel(name), 0, "1"));
    }
    appended(broker, plain(channel("globex", "a.3"), 0, "1"));
    assertEquals(List.of("B", "a", "a.1"), page(broker, "", null, 3));
    assertEquals(List.of("a.2", "a_", "b", "presence-a", "private-a"), page(broker, "", "a.1", 10));
    assertEquals(List.of("a", "a.1"), page(broker, "a", null, 2));
    assertEquals(List.of("a.2", "a_"), page(broker, "a", "a.1", 10));
    assertEquals(List.of("a_"), page(broker, "a", "a.3", 10), "a name that has gone meanwhile");
    assertEquals(List.of("private-a"), page(broker, "p", "presence-a", 10));
    assertEquals(List.of("a.1", "a.2"), page(broker, "a.", "B", 10), "a name before the prefix");
    assertEquals(List.of(), page(broker, "a", "b", 10));
    assertEquals(List.of(), page(broker, "", "private-a", 10));
    assertEquals(
        List.of(), broker.channels(new TenantId("initech"), "", null, 10), "an unknown tenant");
  }

  private static List<String> page(
      Broker broker, String prefix, @Nullable String after, int limit) {
    return broker
        .channels(
            new TenantId("acme"), prefix, after == null ? null : new ChannelName(after), limit)
        .stream()
        .map(ChannelName::value)
        .toList();
  }

  @Test
  void keepsTenantsApart() throws Exception {
    Broker broker = broker();
    TenantChannel theirs = channel("globex", "orders");
    appended(broker, named(ORDERS, 0, "o-1"));
    AppendOutcome.Appended other = appended(broker, named(theirs, 0, "o-1"));
    assertFalse(other.duplicate());
    assertEquals(1, other.position().sequence());
    appended(broker, plain(channel("globex", "secret"), 0, "1"));
    assertEquals(List.of("orders"), channels(broker, "acme", "*", 10));
    assertEquals(List.of("orders", "secret"), channels(broker, "globex", "*", 10));
    assertEquals(theirs, kept(broker, theirs, 0).get(0).envelope().channel());
    assertEquals(0, broker.states(channel("acme", "secret"), 1).get(0).head());
  }

  @Test
  void namesAreCaseSensitive() throws Exception {
    Broker broker = broker();
    appended(broker, named(channel("Acme", "Chat"), 0, "A"));
    assertFalse(appended(broker, named(channel("Acme", "Chat"), 0, "a")).duplicate());
    assertEquals(0, broker.states(channel("Acme", "chat"), 1).get(0).head());
    assertEquals(0, broker.states(channel("acme", "Chat"), 1).get(0).head());
  }

  @Test
  void idsThatOnlyLookAlikeAreDifferent() throws Exception {
    Broker broker = broker();
    List<Envelope> alike = ALIKE.stream().map(id -> named(channel("a"), 0, id)).toList();
    for (int round = 0; round < 2; round++) {
      List<AppendOutcome> outcomes = publish(broker, alike);
      for (int i = 0; i < ALIKE.size(); i++) {
        AppendOutcome.Appended appended =
            assertInstanceOf(AppendOutcome.Appended.class, outcomes.get(i), "id " + i);
        assertEquals(i + 1, appended.position().sequence(), "id " + i);
        assertEquals(round == 1, appended.duplicate(), "id " + i);
      }
    }
    assertEquals(StoreCondition.UP, broker.condition());
  }

  @Test
  void staysInOrderUnderManyThreads() throws Exception {
    Broker broker = broker();
    int threads = 32;
    int rounds = 20;
    ConcurrentLinkedQueue<Position> positions = new ConcurrentLinkedQueue<>();
    inParallel(
        threads,
        thread -> {
          for (int round = 0; round < rounds; round++) {
            List<Envelope> batch = new ArrayList<>();
            for (int i = 0; i < 1 + round % 5; i++) {
              String id = "t" + thread + "-" + round + "-" + i;
              batch.add(
                  round % 2 == 0
                      ? named(channel("c" + i % 2), thread % 3, id)
                      : plain(channel("c" + i % 2), thread % 3, "\"" + id + "\""));
            }
            for (AppendOutcome outcome : publish(broker, batch)) {
              positions.add(assertInstanceOf(AppendOutcome.Appended.class, outcome).position());
            }
          }
        });
    received.assertContiguousFromOne();
    assertEquals(positions.size(), received.all().size());
    for (int c = 0; c < 2; c++) {
      for (int p = 0; p < 3; p++) {
        TenantChannel channel = channel("c" + c);
        List<Long> read = sequences(kept(broker, channel, p));
        assertEquals(LongStream.rangeClosed(1, read.size()).boxed().toList(), read);
        assertEquals(received.sequences(channel, p), read);
        assertEachThreadsOwnOrder(kept(broker, channel, p));
      }
    }
  }

  @Test
  void closeCompletesPendingPublicationsAndRefusesLaterOnes() throws Exception {
    Broker broker = broker();
    List<CompletableFuture<List<AppendOutcome>>> underWay = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      underWay.add(broker.publish(List.of(named(ORDERS, 0, "o-" + i))).toCompletableFuture());
    }
    broker.close();
    for (CompletableFuture<List<AppendOutcome>> answer : underWay) {
      assertTrue(answer.isDone());
      assertInstanceOf(AppendOutcome.Appended.class, answer.join().get(0));
    }
    assertInstanceOf(
        AppendOutcome.Unavailable.class, publish(broker, List.of(named(ORDERS, 0, "late"))).get(0));
    assertEquals(50, received.all().size());
    broker.close();
  }

  @Test
  void describesItsDurability() throws Exception {
    assertFalse(broker().durability().isBlank());
  }

  private static void assertEachThreadsOwnOrder(List<Publication> publications) {
    Set<String> seen = new HashSet<>();
    for (Publication publication : publications) {
      String name = publication.envelope().message().payload().replace("\"", "");
      assertTrue(seen.add(name), name);
      int round = Integer.parseInt(name.split("-", -1)[1]);
      String thread = name.split("-", -1)[0];
      boolean laterOne =
          seen.stream()
              .filter(other -> other.startsWith(thread + "-"))
              .anyMatch(other -> Integer.parseInt(other.split("-", -1)[1]) > round);
      assertFalse(laterOne, () -> name + " stands after a later one of its thread");
    }
  }

  private static void assertTrimmedTo(Broker broker, long first, long head) {
    StreamState state = broker.states(ORDERS, 1).get(0);
    assertEquals(first, state.first());
    assertEquals(head, state.head());
    assertEquals(
        LongStream.rangeClosed(first, head).boxed().toList(), sequences(kept(broker, ORDERS, 0)));
    if (first > 1) {
      ReplayPage page = broker.replay(new ReplayRequest(ORDERS, 0, null, 0, 1, Long.MAX_VALUE));
      LostPosition lost = assertNotNullLost(page);
      assertEquals(LostPosition.Reason.TRIMMED, lost.reason());
      assertEquals(0, lost.requested().sequence());
      assertEquals(first - 1, lost.resumeFrom().sequence());
      assertEquals(List.of(first), sequences(page.publications()));
    }
  }

  private static LostPosition assertNotNullLost(ReplayPage page) {
    assertNotNull(page.lost());
    return page.lost();
  }

  private static List<String> channels(Broker broker, String tenant, String pattern, int limit) {
    return broker.channels(new TenantId(tenant), ChannelPattern.parse(pattern), limit).stream()
        .map(ChannelName::value)
        .toList();
  }

  /** The task of one of several threads. */
  protected interface Work {
    void run(int thread) throws Exception;
  }

  /** Runs the task on several threads at once, waits for all, and rethrows an exception of any. */
  protected static void inParallel(int threads, Work work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        running.add(
            pool.submit(
                () -> {
                  work.run(thread);
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
