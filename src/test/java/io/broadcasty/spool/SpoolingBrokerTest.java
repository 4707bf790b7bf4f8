package io.broadcasty.spool;

import static io.broadcasty.broker.Publishing.channel;
import static io.broadcasty.broker.Publishing.kept;
import static io.broadcasty.broker.Publishing.named;
import static io.broadcasty.broker.Publishing.plain;
import static io.broadcasty.broker.Publishing.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.Envelope;
import io.broadcasty.broker.GroupCommit;
import io.broadcasty.broker.Heard;
import io.broadcasty.broker.MemorySpool;
import io.broadcasty.broker.StoreCondition;
import io.broadcasty.broker.Turn;
import io.broadcasty.broker.memory.MemoryBroker;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.tenant.Retention;
import io.broadcasty.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests streams, and a spool, that are unreachable at times. */
class SpoolingBrokerTest {

  private static final TenantChannel ORDERS = channel("orders");
  private static final TenantChannel OTHERS = channel("others");
  private static final Retention ALL = new Retention(Duration.ofHours(1), 100_000, 1L << 30);

  private final ManualTime time = new ManualTime();
  private final AwayBroker streams =
      new AwayBroker(
          new MemoryBroker(ALL, Duration.ofMinutes(10), 10_000, time, time, new Heard()));
  private final MemorySpool spool = new MemorySpool();
  private final List<SpoolingBroker> nodes = new ArrayList<>();
  private final SpoolingBroker node = node(Runnable::run);

  private SpoolingBroker node(Turn turn) {
    WaitingChannels waiting = new WaitingChannels();
    GroupCommit queue =
        new GroupCommit(
            new SpoolAppender(streams, spool), 100, 1 << 20, Thread::new, Runnable::run);
    SpoolingBroker made = new SpoolingBroker(streams, waiting, queue, spool, turn);
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
  void publishesAsEverWhileTheStreamsAreThere() {
    AppendOutcome outcome = publishOne(node, named(ORDERS, 0, "a"));
    assertEquals(1, assertInstanceOf(AppendOutcome.Appended.class, outcome).position().sequence());
    assertEquals(StoreCondition.State.UP, node.condition().state());
  }

  @Test
  void queuesWhileTheyAreAwayAndPublishesInOrderAfterwards() {
    publishOne(node, named(ORDERS, 0, "a"));
    streams.away();
    queue(node, ORDERS, "b", "c", "d");
    node.drain().round();
    assertEquals(1, node.waitingChannels());
    streams.back();
    drain(node);
    assertEquals(0, node.waitingChannels());
    assertEquals(List.of("a", "b", "c", "d"), ids(ORDERS));
    assertInstanceOf(
        AppendOutcome.Appended.class, publishOne(node, named(ORDERS, 0, "e")), "as ever");
  }

  @Test
  void whatAnotherVersionHasQueuedWaitsForIt() {
    streams.away();
    queue(node, ORDERS, "a", "b");
    queue(node, OTHERS, "x");
    streams.back();
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
  void nothingOvertakesWhatWaitsOnItsChannel() {
    streams.away();
    queue(node, ORDERS, "a");
    streams.back();
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
    streams.away();
    queue(node, ORDERS, "a", "b", "b");
    streams.back();
    drain(node);
    assertEquals(List.of("a", "b"), ids(ORDERS));
  }

  @Test
  void whatWasPublishedButNotTakenOutIsNotPublishedAgain() {
    streams.away();
    queue(node, ORDERS, "a");
    publishOne(node, plain(ORDERS, 0, "made by the server"));
    streams.back();
    streams.afterPublish = () -> spool.away(true); // as when the node dies between the two
    try {
      node.drain().round();
    } catch (BrokerException e) {
      assertEquals("away", e.getMessage());
    }
    streams.afterPublish = () -> {};
    spool.away(false);
    assertEquals(2, ids(ORDERS).size());
    assertEquals(2, spool.oldest(0, 10).size());
    drain(node);
    assertEquals(2, ids(ORDERS).size());
    assertEquals(List.of(), spool.oldest(0, 10));
  }

  @Test
  void whatAnotherNodeQueuedIsNotOvertakenOnceItIsKnown() {
    SpoolingBroker other = node(work -> {});
    streams.away();
    queue(node, ORDERS, "a");
    other.drain().round();
    streams.back();
    queue(other, ORDERS, "b");
    drain(node);
    other.drain().round();
    assertEquals(List.of("a", "b"), ids(ORDERS));
    assertInstanceOf(AppendOutcome.Appended.class, publishOne(other, named(ORDERS, 0, "c")));
  }

  @Test
  void aNodeThatDoesNotKnowYetThatNothingWaitsPublishesAtOnce() {
    SpoolingBroker other = node(work -> {});
    streams.away();
    queue(other, ORDERS, "a");
    streams.back();
    drain(node);
    assertInstanceOf(
        AppendOutcome.Appended.class, publishOne(other, named(ORDERS, 0, "b")), "not behind");
    assertEquals(List.of("a", "b"), ids(ORDERS));
  }

  @Test
  void whatADeadNodeHasLeftIsPublishedByAnother() {
    streams.away();
    queue(node, ORDERS, "a", "b");
    streams.back();
    drain(node(Runnable::run));
    assertEquals(List.of("a", "b"), ids(ORDERS));
  }

  @Test
  void aChannelThatIsStillAwayDoesNotHoldUpTheOthers() {
    streams.away();
    for (int i = 0; i < 1200; i++) {
      queue(node, ORDERS, "o" + i);
    }
    queue(node, OTHERS, "x", "y");
    streams.back();
    streams.away(ORDERS);
    drain(node);
    assertEquals(List.of(), ids(ORDERS));
    assertEquals(List.of("x", "y"), ids(OTHERS));
    streams.back();
    drain(node);
    assertEquals(1200, ids(ORDERS).size());
    assertEquals("o0", ids(ORDERS).get(0));
    assertEquals("o1199", ids(ORDERS).get(1199));
  }

  @Test
  void withoutTheSpoolPublishersAreRefused() {
    node.drain().round();
    streams.away();
    assertEquals(StoreCondition.State.QUEUEING, node.condition().state());
    spool.away(true);
    AppendOutcome outcome = publishOne(node, named(ORDERS, 0, "a"));
    assertTrue(
        assertInstanceOf(AppendOutcome.Unavailable.class, outcome)
            .reason()
            .contains("nor the spool"));
    spool.away(false);
    queue(node, ORDERS, "b");
  }

  @Test
  void whatIsRefusedThoughTheStreamsAreThereIsNotQueued() {
    streams.away(ORDERS);
    assertInstanceOf(
        AppendOutcome.Unavailable.class, publishOne(node, named(ORDERS, 0, "a")), "too much");
    assertEquals(List.of(), spool.oldest(0, 10));
  }

  private static void drain(SpoolingBroker node) {
    for (int round = 0; round < 12; round++) {
      node.drain().round();
    }
  }
}
