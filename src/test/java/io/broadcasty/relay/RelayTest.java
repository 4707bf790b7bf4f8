package io.broadcasty.relay;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.fill;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.relay.failover.ProviderFailure;
import io.broadcasty.relay.failover.ProviderSwitch;
import io.broadcasty.relay.memory.MemoryCheckpoints;
import io.broadcasty.relay.provider.CallPolicy;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.ForwardingBroker;
import io.broadcasty.streams.broker.LeaderLock;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RelayTest {

  private static final TenantChannel ORDERS = channel("orders");
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration PROBES = Duration.ofSeconds(5);
  private static final ProviderFailure DOWN = ProviderFailure.temporary("answers 503");

  private final ManualTime time = new ManualTime();
  private final ScriptedProvider reverb = new ScriptedProvider("reverb");
  private final ScriptedProvider pusher = new ScriptedProvider("pusher");
  private final List<String> switches = new ArrayList<>();
  private final List<String> rejections = new ArrayList<>();
  private final Checkpoints checkpoints = new MemoryCheckpoints(LEASE, Duration.ofDays(1), time);
  private final MemoryBroker streams = streams(100_000);

  private MemoryBroker streams(long maxCount) {
    return new MemoryBroker(
        new Retention(Duration.ofHours(1), maxCount, 1L << 30),
        Duration.ofMinutes(10),
        1000,
        time,
        time,
        new RecordingPublicationListener());
  }

  private final List<String> sent = new CopyOnWriteArrayList<>();
  private Predicate<TenantChannel> relayed = channel -> true;

  private final class Listener implements RelayListener {

    @Override
    public void onSwitch(ProviderSwitch change) {
      switches.add(change.from() + ">" + change.to());
    }

    @Override
    public void onRejected(TenantChannel channel, String provider, String reason) {
      rejections.add(channel + " " + provider + " " + reason);
    }

    @Override
    public void onSent(
        List<Publication> publications,
        String provider,
        int accepted,
        @Nullable String failure,
        long durationNanos) {
      sent.add(
          provider
              + " "
              + publications.size()
              + " "
              + accepted
              + " "
              + failure
              + " "
              + durationNanos);
    }
  }

  /** A node whose relay runs when a test says so. */
  private final class Node {
    final Relay relay;
    final Broker broker;

    Node(String name, MemoryBroker streams) {
      this(name, streams, time, time);
    }

    Node(String name, MemoryBroker streams, Ticker ticker, WallClock clock) {
      relay =
          new Relay(
              new RelaySettings("auto", "embedded", PROBES, 2),
              relayed,
              List.of(reverb, pusher),
              CallPolicy.NONE,
              new Listener(),
              streams,
              checkpoints,
              streams,
              Runnable::run,
              name,
              ticker,
              clock);
      broker = new RelayingBroker(streams, relay);
    }

    /** Advances time by a moment, and relays what is due. */
    void relayDue() throws InterruptedException {
      time.advance(Duration.ofMillis(200));
      relay.relayDue();
    }

    void scan() throws InterruptedException {
      time.advance(Duration.ofMinutes(1));
      relay.scan();
      relayDue();
    }
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  void relaysPublicationsInOrder() throws Exception {
    Node node = new Node("one", streams);
    fill(node.broker, ORDERS, 0, 20);
    assertEquals(20, node.relay.status().lag().publications());
    node.relayDue();
    assertEquals(upTo(20), reverb.sequences());
    assertEquals(RelayStatus.Lag.NONE, node.relay.status().lag());
    appended(node.broker, plain(ORDERS, 0, "21"));
    node.relayDue();
    assertEquals(upTo(21), reverb.sequences());
    assertEquals(21, node.relay.status().relayed());
    assertFalse(node.relay.status().degraded());
    assertEquals(List.of(), pusher.sequences());
  }

  @Test
  void relaysNoErasedMessages() throws Exception {
    Node node = new Node("one", streams);
    fill(node.broker, ORDERS, 0, 20);
    String epoch = node.broker.states(ORDERS, 1).get(0).epoch();
    assertEquals(5, streams.erase(new StreamKey(ORDERS, 0, epoch), Set.of(1L, 2L, 7L, 19L, 20L)));
    for (int i = 0; i < 8; i++) {
      node.relayDue();
    }
    List<Long> left = LongStream.rangeClosed(3, 18).filter(s -> s != 7).boxed().toList();
    assertEquals(left, reverb.sequences());
    assertEquals(RelayStatus.Lag.NONE, node.relay.status().lag());
    appended(node.broker, plain(ORDERS, 0, "21"));
    node.relayDue();
    assertEquals(21, reverb.sequences().get(left.size()));
  }

  @Test
  void relaysALongChannelInParts() throws Exception {
    Node node = new Node("one", streams);
    fill(node.broker, ORDERS, 0, 1200);
    node.relayDue();
    assertTrue(reverb.taken.size() >= 500);
    node.relayDue();
    node.relayDue();
    assertEquals(upTo(1200), reverb.sequences());
  }

  @Test
  void sendsToTheNextProviderWhenTheFirstFails() throws Exception {
    Node node = new Node("one", streams);
    fill(node.broker, ORDERS, 0, 10);
    reverb.before =
        () -> {
          if (reverb.taken.size() == 6) {
            reverb.failure = DOWN;
          }
        };
    node.relayDue();
    assertEquals(upTo(6), reverb.sequences());
    assertEquals(List.of(7L, 8L, 9L, 10L), pusher.sequences());
    assertEquals(
        List.of(
            "reverb 3 3 null 0",
            "reverb 3 3 null 0",
            "reverb 1 0 " + DOWN.reason() + " 0",
            "pusher 3 3 null 0",
            "pusher 1 1 null 0"),
        sent);
    assertEquals(List.of("reverb>pusher"), switches);
    assertTrue(node.relay.status().degraded());
    assertEquals("pusher", node.relay.status().active());

    reverb.before = () -> {};
    reverb.failure = null;
    for (int i = 0; i < 2; i++) {
      time.advance(PROBES);
      node.relay.probe();
    }
    appended(node.broker, plain(ORDERS, 0, "11"));
    node.relayDue();
    assertEquals(List.of("reverb>pusher", "pusher>reverb"), switches);
    assertEquals(11L, reverb.sequences().get(6));
    assertEquals(2, node.relay.status().switches());
  }

  @Test
  void waitsWhileNoProviderIsHealthyAndCatchesUp() throws Exception {
    Node node = new Node("one", streams);
    reverb.failure = DOWN;
    pusher.failure = ProviderFailure.misconfigured("refuses the credentials (401)");
    fill(node.broker, ORDERS, 0, 5);
    node.relayDue();
    time.advance(Duration.ofSeconds(3));
    RelayStatus waiting = node.relay.status();
    assertEquals("embedded", waiting.active());
    assertEquals(5, waiting.lag().publications());
    assertTrue(waiting.lag().millis() >= 3000, waiting::toString);
    assertEquals("refuses the credentials (401)", waiting.providers().get(1).state().reason());
    pusher.failure = null;
    time.advance(PROBES);
    node.relay.probe();
    node.relayDue();
    assertEquals(upTo(5), pusher.sequences());
    assertEquals(List.of("reverb>pusher", "pusher>null", "null>pusher"), switches);
  }

  @Test
  void skipsAndReportsRejectedPublications() throws Exception {
    Node node = new Node("one", streams);
    reverb.rejectedPayload = "2";
    fill(node.broker, ORDERS, 0, 3);
    appended(node.broker, plain(ORDERS, 0, "2"));
    appended(node.broker, plain(ORDERS, 0, "5"));
    node.relayDue();
    assertEquals(List.of(1L, 3L, 5L), reverb.sequences());
    assertEquals(2, node.relay.status().rejected());
    assertEquals(List.of("acme/orders reverb it is too large"), rejections, "once");
  }

  @Test
  void doesNotRelayEarlierPublications() throws Exception {
    fill(streams, ORDERS, 0, 50);
    time.advance(Duration.ofSeconds(1));
    Node node = new Node("one", streams);
    node.scan();
    appended(node.broker, plain(ORDERS, 0, "51"));
    node.relayDue();
    assertEquals(List.of(51L), reverb.sequences());
  }

  @Test
  void anotherNodeTakesOverFromAKilledNode() throws Exception {
    Node killed = new Node("killed", streams);
    killed.scan(); // relays from now on
    fill(killed.broker, ORDERS, 0, 4);
    killed.relayDue();
    fill(killed.broker, ORDERS, 1, 3); // and dies
    Node other = new Node("other", streams);
    assertEquals(4, reverb.taken.size());
    other.scan();
    assertEquals(7, reverb.taken.size());
    assertEquals(
        upTo(3),
        reverb.taken.stream()
            .filter(publication -> publication.position().partition() == 1)
            .map(publication -> publication.position().sequence())
            .toList());
  }

  /** A scan of all channels each minute must not cost round trips for each. */
  @Test
  void aScanReadsManyChannelsTogether() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Checkpoints counted =
        (Checkpoints)
            Proxy.newProxyInstance(
                Checkpoints.class.getClassLoader(),
                new Class<?>[] {Checkpoints.class},
                (proxy, method, arguments) -> {
                  calls.incrementAndGet();
                  return method.invoke(checkpoints, arguments);
                });
    Broker read =
        new ForwardingBroker(streams) {
          @Override
          public List<StreamState> states(TenantChannel channel, int partitions) {
            calls.incrementAndGet();
            return super.states(channel, partitions);
          }

          @Override
          public Map<TenantChannel, List<Position>> heads(Collection<TenantChannel> channels) {
            calls.incrementAndGet();
            return super.heads(channels);
          }
        };
    for (int i = 0; i < 1200; i++) {
      fill(streams, channel("c" + i), 0, 1);
    }
    RelayQueue queue = new RelayQueue(10_000, time, time);
    CatchUpScan scan =
        new CatchUpScan(read, channel -> true, counted, streams, Runnable::run, queue, time);
    scan.scanIfDue();
    assertTrue(calls.get() < 20, calls + " calls for 1200 channels");
    assertEquals(1200, due(queue));
  }

  /** A page that no server answers for must not make the scan begin again each second. */
  @Test
  void aPageThatCannotBeReadIsScannedAfterTheOthers() {
    AtomicInteger pages = new AtomicInteger();
    AtomicBoolean reachable = new AtomicBoolean();
    Broker read =
        new ForwardingBroker(streams) {
          @Override
          public Map<TenantChannel, List<Position>> heads(Collection<TenantChannel> channels) {
            pages.incrementAndGet();
            if (channels.contains(channel("c1000")) && !reachable.get()) {
              throw new BrokerException("not now", null);
            }
            return super.heads(channels);
          }
        };
    for (int i = 1000; i < 2200; i++) {
      fill(streams, channel("c" + i), 0, 1);
    }
    RelayQueue queue = new RelayQueue(10_000, time, time);
    LeaderLock ofAnother = work -> {};
    CatchUpScan scan =
        new CatchUpScan(read, channel -> true, checkpoints, streams, ofAnother, queue, time);
    scan.scanIfDue();
    time.advance(Duration.ofSeconds(2));
    scan.scanIfDue();
    assertEquals(3, pages.get());
    assertEquals(700, due(queue));
    reachable.set(true);
    time.advance(Duration.ofMinutes(1));
    scan.scanIfDue();
    assertEquals(6, pages.get());
    assertEquals(500, due(queue));
  }

  @Test
  void aScanThatFailsUnexpectedlyIsRepeated() {
    AtomicBoolean broken = new AtomicBoolean(true);
    Broker read =
        new ForwardingBroker(streams) {
          @Override
          public Map<TenantChannel, List<Position>> heads(Collection<TenantChannel> channels) {
            if (broken.getAndSet(false)) {
              throw new IllegalStateException("a defect");
            }
            return super.heads(channels);
          }
        };
    fill(streams, ORDERS, 0, 1);
    RelayQueue queue = new RelayQueue(10_000, time, time);
    CatchUpScan scan =
        new CatchUpScan(read, channel -> true, checkpoints, streams, work -> {}, queue, time);
    assertThrows(IllegalStateException.class, scan::scanIfDue);
    time.advance(Duration.ofSeconds(1));
    scan.scanIfDue();
    assertEquals(1, due(queue));
  }

  private int due(RelayQueue queue) {
    time.advance(Duration.ofSeconds(1));
    int found = 0;
    while (queue.poll() != null) {
      found++;
    }
    return found;
  }

  @Test
  void twoNodesDoNotRelayTheSamePublication() throws Exception {
    Node one = new Node("one", streams);
    Node two = new Node("two", streams);
    fill(one.broker, ORDERS, 0, 6);
    fill(two.broker, ORDERS, 0, 6);
    time.advance(Duration.ofMillis(200));
    reverb.before =
        () -> {
          reverb.before = () -> {};
          try {
            two.relay.relayDue(); // while another node relays
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    one.relay.relayDue();
    two.relayDue();
    assertEquals(upTo(12), reverb.sequences());
  }

  @Test
  void countsPublicationsThatLeftTheRetention() throws Exception {
    MemoryBroker small = streams(10);
    Node node = new Node("one", small);
    fill(node.broker, ORDERS, 0, 1);
    node.relayDue();
    fill(node.broker, ORDERS, 0, 30);
    node.relayDue();
    assertEquals(20, node.relay.status().missed());
    assertEquals(List.of(1L, 22L, 23L), reverb.sequences().subList(0, 3));
    assertEquals(31L, reverb.sequences().get(10));
  }

  @Test
  void relaysANewEpochFromItsBeginning() throws Exception {
    Node node = new Node("one", streams);
    fill(node.broker, ORDERS, 0, 5);
    node.relayDue();
    MemoryBroker anew = streams(100_000);
    Node again = new Node("one", anew);
    fill(again.broker, ORDERS, 0, 2);
    again.relayDue();
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 1L, 2L), reverb.sequences());
  }

  @Test
  void threadsKeepUpAndStop() throws Exception {
    Node node = new Node("one", streams, Ticker.system(), WallClock.system());
    List<Thread> started = new ArrayList<>();
    node.relay.start(
        task -> {
          Thread thread = new Thread(task);
          started.add(thread);
          return thread;
        });
    for (int i = 1; i <= 50; i++) {
      for (int c = 0; c < 4; c++) {
        appended(node.broker, plain(channel("c" + c), 0, "" + i));
      }
    }
    await(() -> node.relay.status().relayed() == 200);
    for (int c = 0; c < 4; c++) {
      String name = "c" + c;
      synchronized (reverb) {
        assertEquals(
            upTo(50),
            reverb.taken.stream()
                .filter(publication -> publication.envelope().channel().equals(channel(name)))
                .map(publication -> publication.position().sequence())
                .toList());
      }
    }
    node.broker.close();
    assertTrue(started.stream().noneMatch(Thread::isAlive));
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("timed out");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  @Test
  void channelsThatAreNotRelayedAreLeftAlone() throws Exception {
    TenantChannel news = channel("news");
    relayed = channel -> !channel.equals(news);
    Node node = new Node("one", streams);
    fill(node.broker, news, 0, 3);
    fill(node.broker, ORDERS, 0, 3);
    node.relayDue();
    node.scan();
    node.relayDue();
    assertEquals(List.of(1L, 2L, 3L), reverb.sequences());
    assertEquals(Map.of(), checkpoints.read(news));
  }
}
