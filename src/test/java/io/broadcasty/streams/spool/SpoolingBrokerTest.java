package io.broadcasty.streams.spool;

import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static io.broadcasty.streams.broker.TestPublications.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.LeaderLock;
import io.broadcasty.streams.broker.MemorySpool;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.StoreCondition;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests streams, and a spool, that are unreachable at times. */
class SpoolingBrokerTest {

  private static final TenantChannel ORDERS = channel("orders");
  private static final TenantChannel OTHERS = channel("others");
  private static final Retention ALL = new Retention(Duration.ofHours(1), 100_000, 1L << 30);

  private final ManualTime time = new ManualTime();
  private final MemoryBroker memory =
      new MemoryBroker(
          ALL, Duration.ofMinutes(10), 10_000, time, time, new RecordingPublicationListener());
  private final UnreachableBroker streams = new UnreachableBroker(memory);
  private final MemorySpool spool = new MemorySpool();
  private final List<SpoolingBroker> nodes = new ArrayList<>();

  /** The answers that wait until all nodes know what is queued. */
  private final BlockingQueue<Runnable> delayed = new LinkedBlockingQueue<>();

  private final SpoolingBroker node = node(Runnable::run);

  private SpoolingBroker node(LeaderLock leaderLock) {
    return node(streams, leaderLock, Runnable::run);
  }

  private SpoolingBroker node(UnreachableBroker streams, LeaderLock leaderLock, Executor delayed) {
    SpoolingBroker made =
        new SpoolingBroker(
            streams,
            spool,
            leaderLock,
            MemoryBudget.unlimited(MemoryArea.QUEUES),
            time,
            Thread::new,
            delayed,
            Runnable::run);
    nodes.add(made);
    return made;
  }

  @AfterEach
  void close() {
    nodes.forEach(Broker::close);
  }

  private static AppendOutcome publishOne(Broker broker, Envelope envelope) {
    return publish(broker, List.of(envelope)).get(0);
  }

  private static void queue(Broker broker, TenantChannel channel, String... ids) {
    for (String id : ids) {
      assertInstanceOf(AppendOutcome.Queued.class, publishOne(broker, named(channel, 0, id)), id);
    }
  }

  private List<String> ids(TenantChannel channel) {
    return kept(streams, channel, 0).stream().map(p -> p.envelope().id()).toList();
  }

  @Test
  void publishesDirectlyWhileTheStreamsAreReachable() {
    AppendOutcome outcome = publishOne(node, named(ORDERS, 0, "a"));
    assertEquals(1, assertInstanceOf(AppendOutcome.Appended.class, outcome).position().sequence());
    assertEquals(StoreCondition.State.UP, node.condition().state());
  }

  @Test
  void queuesDuringAnOutageAndPublishesInOrderAfterwards() {
    publishOne(node, named(ORDERS, 0, "a"));
    streams.makeUnreachable();
    queue(node, ORDERS, "b", "c", "d");
    node.drain().runRound();
    assertEquals(1, node.waitingChannels());
    streams.makeReachable();
    drain(node);
    assertEquals(0, node.waitingChannels());
    assertEquals(List.of("a", "b", "c", "d"), ids(ORDERS));
    assertInstanceOf(
        AppendOutcome.Appended.class, publishOne(node, named(ORDERS, 0, "e")), "as ever");
  }

  @Test
  void anEnvelopeThatTheSpoolRefusesCostsItselfAlone() {
    try (LogCapture log = new LogCapture(SpoolAppender.class)) {
      streams.makeUnreachable();
      List<Envelope> envelopes =
          Stream.of("a", "poison", "b", "c").map(id -> named(ORDERS, 0, id)).toList();
      List<AppendOutcome> outcomes = publish(node, envelopes);
      assertEquals(
          List.of("Queued", "Rejected", "Queued", "Queued"),
          outcomes.stream().map(each -> each.getClass().getSimpleName()).toList());
      assertInstanceOf(
          AppendOutcome.Rejected.class, publishOne(node, named(ORDERS, 0, "poison-behind")));
      queue(node, ORDERS, "d");
      assertEquals(2, log.lines().size(), log.text());
    }
    streams.makeReachable();
    drain(node);
    assertEquals(List.of("a", "b", "c", "d"), ids(ORDERS));
  }

  @Test
  void anEnvelopeQueuedByAnotherVersionWaitsForIt() {
    streams.makeUnreachable();
    queue(node, ORDERS, "a", "b");
    queue(node, OTHERS, "x");
    streams.makeReachable();
    spool.undecodableFrom = 2;
    drain(node);
    assertEquals(List.of("a"), ids(ORDERS));
    queue(node, ORDERS, "c"); // behind it
    spool.undecodableFrom = Long.MAX_VALUE;
    drain(node);
    assertEquals(List.of("a", "b", "c"), ids(ORDERS));
    assertEquals(List.of("x"), ids(OTHERS));
  }

  @Test
  void nothingOvertakesAWaitingPublicationOfItsChannel() {
    streams.makeUnreachable();
    queue(node, ORDERS, "a");
    streams.makeReachable();
    queue(node, ORDERS, "b");
    List<AppendOutcome> both =
        publish(node, List.of(named(OTHERS, 0, "x"), named(ORDERS, 0, "c"), named(OTHERS, 0, "y")));
    assertInstanceOf(AppendOutcome.Appended.class, both.get(0), "nothing waits there");
    assertInstanceOf(AppendOutcome.Queued.class, both.get(1));
    assertInstanceOf(AppendOutcome.Appended.class, both.get(2));
    drain(node);
    assertEquals(List.of("a", "b", "c"), ids(ORDERS));
    assertEquals(List.of("x", "y"), ids(OTHERS));
  }

  @Test
  void anIdIsPublishedOnceHoweverOftenItIsQueued() {
    publishOne(node, named(ORDERS, 0, "a"));
    streams.makeUnreachable();
    queue(node, ORDERS, "a", "b", "b");
    streams.makeReachable();
    drain(node);
    assertEquals(List.of("a", "b"), ids(ORDERS));
  }

  @Test
  void aPublishedEnvelopeThatWasNotRemovedIsNotPublishedAgain() {
    streams.makeUnreachable();
    queue(node, ORDERS, "a");
    publishOne(node, plain(ORDERS, 0, "made by the server"));
    streams.makeReachable();
    streams.afterPublish =
        () -> spool.setUnreachable(true); // as when the node dies between the two
    try {
      node.drain().runRound();
    } catch (BrokerException e) {
      assertEquals("unreachable", e.getMessage());
    }
    streams.afterPublish = () -> {};
    spool.setUnreachable(false);
    assertEquals(2, ids(ORDERS).size());
    assertEquals(2, spool.oldest(0, 10).size());
    drain(node);
    assertEquals(2, ids(ORDERS).size());
    assertEquals(List.of(), spool.oldest(0, 10));
  }

  @Test
  void publicationsQueuedByAnotherNodeAreNotOvertakenOnceKnown() {
    SpoolingBroker other = node(work -> {});
    streams.makeUnreachable();
    queue(node, ORDERS, "a");
    other.drain().runRound();
    streams.makeReachable();
    queue(other, ORDERS, "b");
    drain(node);
    other.drain().runRound();
    assertEquals(List.of("a", "b"), ids(ORDERS));
    assertInstanceOf(AppendOutcome.Appended.class, publishOne(other, named(ORDERS, 0, "c")));
  }

  @Test
  void publishesAtOnceWhenTheWaitingChannelsAreOutdated() {
    SpoolingBroker other = node(work -> {});
    streams.makeUnreachable();
    queue(other, ORDERS, "a");
    streams.makeReachable();
    drain(node);
    assertInstanceOf(
        AppendOutcome.Appended.class, publishOne(other, named(ORDERS, 0, "b")), "not behind");
    assertEquals(List.of("a", "b"), ids(ORDERS));
  }

  @Test
  void publicationsLeftByADeadNodeArePublishedByAnother() {
    streams.makeUnreachable();
    queue(node, ORDERS, "a", "b");
    streams.makeReachable();
    drain(node(Runnable::run));
    assertEquals(List.of("a", "b"), ids(ORDERS));
  }

  @Test
  void anUnreachableChannelDoesNotBlockOthers() {
    streams.makeUnreachable();
    for (int i = 0; i < 1200; i++) {
      queue(node, ORDERS, "o" + i);
    }
    queue(node, OTHERS, "x", "y");
    streams.makeReachable();
    streams.makeUnreachable(ORDERS);
    drain(node);
    assertEquals(List.of(), ids(ORDERS));
    assertEquals(List.of("x", "y"), ids(OTHERS));
    streams.makeReachable();
    drain(node);
    assertEquals(1200, ids(ORDERS).size());
    assertEquals("o0", ids(ORDERS).get(0));
    assertEquals("o1199", ids(ORDERS).get(1199));
  }

  @Test
  void whatACutOffNodeHasQueuedIsNotOvertakenOnAnother() throws Exception {
    UnreachableBroker ofCutOff = new UnreachableBroker(memory);
    SpoolingBroker cutOff = node(ofCutOff, work -> {}, delayed::add);
    node.drain().runRound();
    cutOff.drain().runRound();
    ofCutOff.makeUnreachable();
    CompletableFuture<List<AppendOutcome>> first =
        cutOff.publish(List.of(named(ORDERS, 0, "a"))).toCompletableFuture();
    answerDelayed();
    assertInstanceOf(AppendOutcome.Queued.class, first.join().get(0));
    queue(node, ORDERS, "b"); // although it has not read the spool since
    drain(node);
    assertEquals(List.of("a", "b"), ids(ORDERS));
    time.advance(SpoolVisibility.ANSWER_DELAY);
    assertInstanceOf(AppendOutcome.Appended.class, publishOne(node, named(ORDERS, 0, "c")));
  }

  @Test
  void answersAtOnceBehindWhatAllNodesKnow() throws Exception {
    UnreachableBroker ofCutOff = new UnreachableBroker(memory);
    SpoolingBroker cutOff = node(ofCutOff, work -> {}, delayed::add);
    cutOff.drain().runRound();
    ofCutOff.makeUnreachable();
    var first = cutOff.publish(List.of(named(ORDERS, 0, "a")));
    answerDelayed();
    queue(cutOff, ORDERS, "b");
    cutOff.drain().runRound();
    queue(cutOff, ORDERS, "c");
    assertInstanceOf(AppendOutcome.Queued.class, first.toCompletableFuture().join().get(0));
    drain(node); // so that the channel ceases to wait
    var afterwards = cutOff.publish(List.of(named(ORDERS, 0, "d")));
    answerDelayed();
    assertInstanceOf(AppendOutcome.Queued.class, afterwards.toCompletableFuture().join().get(0));
  }

  /** Completes an answer after its delay, for which it has to wait. */
  private void answerDelayed() throws InterruptedException {
    Runnable answer = delayed.poll(20, TimeUnit.SECONDS);
    assertNotNull(answer, "the answer has not been delayed");
    time.advance(SpoolVisibility.ANSWER_DELAY);
    answer.run();
  }

  @Test
  void withoutTheSpoolReachableStreamsAcceptWhatIsNotKnownToWait() {
    spool.setUnreachable(true);
    assertInstanceOf(AppendOutcome.Appended.class, publishOne(node, named(OTHERS, 0, "x")));
    spool.setUnreachable(false);
    streams.makeUnreachable();
    queue(node, ORDERS, "a");
    node.drain().runRound();
    streams.makeReachable();
    time.advance(SpoolVisibility.ANSWER_DELAY);
    spool.setUnreachable(true);
    assertInstanceOf(AppendOutcome.Unavailable.class, publishOne(node, named(ORDERS, 0, "b")));
    assertInstanceOf(AppendOutcome.Appended.class, publishOne(node, named(OTHERS, 0, "y")));
    spool.setUnreachable(false);
    drain(node);
    assertEquals(List.of("a"), ids(ORDERS));
    assertEquals(List.of("x", "y"), ids(OTHERS));
  }

  @Test
  void withoutTheSpoolPublishersAreRefused() {
    node.drain().runRound();
    streams.makeUnreachable();
    assertEquals(StoreCondition.State.QUEUEING, node.condition().state());
    spool.setUnreachable(true);
    AppendOutcome outcome = publishOne(node, named(ORDERS, 0, "a"));
    assertTrue(
        assertInstanceOf(AppendOutcome.Unavailable.class, outcome)
            .reason()
            .contains("nor the spool"));
    spool.setUnreachable(false);
    queue(node, ORDERS, "b");
  }

  @Test
  void refusalsOfReachableStreamsAreNotQueued() {
    node.drain().runRound();
    streams.makeUnreachable(ORDERS);
    assertInstanceOf(
        AppendOutcome.Unavailable.class, publishOne(node, named(ORDERS, 0, "a")), "too much");
    assertEquals(List.of(), spool.oldest(0, 10));
  }

  private static void drain(SpoolingBroker node) {
    for (int round = 0; round < 12; round++) {
      node.drain().runRound();
    }
  }
}
