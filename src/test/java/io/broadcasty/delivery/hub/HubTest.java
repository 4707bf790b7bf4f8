package io.broadcasty.delivery.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.PublicationEvent;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HubTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");

  private final Hub hub = new Hub(Runnable::run);
  private final List<String> received = new ArrayList<>();

  private static TenantChannel channel(TenantId tenant, String name) {
    return new TenantChannel(tenant, new ChannelName(name));
  }

  private static TenantChannel channel(String name) {
    return channel(ACME, name);
  }

  private void publish(TenantChannel channel, long sequence) {
    hub.onPublication(
        new Publication(
            new Envelope(channel, 0, "i", false, Message.of("1")),
            new Position("e", 0, sequence),
            0));
  }

  private ChannelSubscriber listener(String name) {
    return new RecordingSubscriber(
        p ->
            received.add(
                name
                    + " "
                    + p.publication().envelope().channel().name()
                    + " "
                    + p.publication().position().sequence()));
  }

  private PatternSubscriber pattern(String pattern, @Nullable ChannelSubscriber joined) {
    return new PatternSubscriber() {
      @Override
      public ChannelPattern pattern() {
        return ChannelPattern.parse(pattern);
      }

      @Override
      public void onChannel(TenantChannel channel) {
        received.add("join " + channel.name());
        if (joined != null) {
          hub.add(channel, joined);
        }
      }
    };
  }

  @Test
  void notifiesTheListenerOfEachFanoutOnce() {
    RecordingListener observer = new RecordingListener();
    Hub observed = new Hub(Runnable::run, observer, () -> 0);
    observed.add(channel("news"), listener("a"));
    observed.add(channel("news"), listener("b"));
    Publication publication =
        new Publication(
            new Envelope(
                channel("news"),
                2,
                "i",
                false,
                Message.of("1").withHeaders(Headers.of(Map.of("traceparent", "00-1")))),
            new Position("e", 2, 7),
            99);
    observed.onPublication(publication);
    assertEquals(List.of("a news 7", "b news 7"), received);
    PublicationEvent.FannedOut event = observer.ofType(PublicationEvent.FannedOut.class).get(0);
    assertEquals(channel("news"), event.publication().channel());
    assertEquals(2, event.publication().partition());
    assertEquals("i", event.publication().id());
    assertEquals(Map.of("traceparent", "00-1"), event.publication().headers());
    assertEquals(new PublicationEvent.Place("e", 7), event.place());
    assertEquals(2, event.subscribers());
    assertEquals(99, event.timeMillis());
    assertEquals(1, observer.ofType(PublicationEvent.FannedOut.class).size());
    observer.take();

    observer.observing = false;
    Hub unobserved = new Hub(Runnable::run, observer, () -> 0);
    unobserved.onPublication(publication);
    assertEquals(List.of(), observer.take());
  }

  @Test
  void measuresOnePublicationInSixteen() {
    RecordingListener observer = new RecordingListener();
    observer.observing = false;
    ArrayDeque<Runnable> eventLoop = new ArrayDeque<>();
    AtomicLong now = new AtomicLong(1_000);
    Hub timed = new Hub(Runnable::run, observer, now::get);
    List<String> order = new ArrayList<>();
    timed.add(
        channel("news"),
        new RecordingSubscriber(
            eventLoop::add, p -> eventLoop.add(() -> order.add("write " + sequence(p)))));
    for (int i = 1; i <= 33; i++) {
      timed.onPublication(
          new Publication(
              new Envelope(channel("news"), 0, "i", false, Message.of("1")),
              new Position("e", 0, i),
              i == 1 ? 400 : i == 17 ? 2_000 : 1_000));
      now.set(1_250);
      while (!eventLoop.isEmpty()) {
        eventLoop.remove().run();
        if (!observer.ofType(PublicationEvent.Written.class).isEmpty()) {
          order.add("told " + observer.take().get(0));
        }
      }
    }
    assertEquals(
        List.of("write 1", "told Written[millis=850]"),
        order.subList(0, 2),
        "the write comes before, and a clock of another node that is ahead counts as at once");
    assertEquals(
        List.of("told Written[millis=850]", "told Written[millis=0]", "told Written[millis=250]"),
        order.stream().filter(line -> line.startsWith("told")).toList());
  }

  @Test
  void channelsWithSubscribersAreCounted() {
    ChannelSubscriber subscriber = listener("a");
    assertEquals(0, hub.channels());
    hub.add(channel("news"), subscriber);
    hub.add(channel(OTHER, "news"), subscriber);
    assertEquals(2, hub.channels());
    hub.remove(channel("news"), subscriber);
    assertEquals(1, hub.channels());
  }

  @Test
  void channelsWithSubscribersAreListedInOrder() {
    ChannelSubscriber first = listener("a");
    ChannelSubscriber second = listener("b");
    for (String name : List.of("b", "a.2", "a.1", "private-a")) {
      hub.add(channel(name), first);
    }
    hub.add(channel("b"), second);
    hub.add(channel(OTHER, "other"), first);
    assertEquals(List.of("a.1", "a.2", "b", "private-a"), occupied("", null, 10));
    assertEquals(List.of("a.1", "a.2"), occupied("", null, 2));
    assertEquals(List.of("b", "private-a"), occupied("", "a.2", 10));
    assertEquals(List.of("a.1", "a.2"), occupied("a", null, 10));
    assertEquals(List.of("a.2"), occupied("a", "a.1", 10));
    assertEquals(List.of("a.1", "a.2"), occupied("a", "B", 10));
    assertEquals(List.of(), occupied("c", null, 10));
    hub.remove(channel("b"), first);
    assertEquals(List.of("b"), occupied("b", null, 10));
    hub.remove(channel("b"), second);
    hub.remove(channel("b"), second);
    assertEquals(List.of(), occupied("b", null, 10));
    for (String name : List.of("a.2", "a.1", "private-a")) {
      hub.remove(channel(name), first);
    }
    assertFalse(hub.isVacant());
    hub.remove(channel(OTHER, "other"), first);
    assertTrue(hub.isVacant());
  }

  private List<String> occupied(String prefix, @Nullable String after, int limit) {
    return hub.occupied(ACME, prefix, after == null ? null : new ChannelName(after), limit).stream()
        .map(ChannelName::value)
        .toList();
  }

  private static long sequence(EncodedPublication publication) {
    return publication.publication().position().sequence();
  }

  @Test
  void reportsOccupiedAndVacatedChannels() {
    hub.onOccupancyChange(
        channel -> received.add(channel.name() + (hub.isOccupied(channel) ? "+" : "-")));
    ChannelSubscriber a = listener("a");
    ChannelSubscriber b = listener("b");
    hub.add(channel("news"), a);
    hub.add(channel("news"), b);
    hub.remove(channel("news"), a);
    assertEquals(List.of("news+"), received);
    hub.remove(channel("news"), b);
    hub.remove(channel("news"), b);
    hub.add(channel("news"), b);
    assertEquals(List.of("news+", "news-", "news+"), received);
  }

  @Test
  void aTopicThatIsKeptOpenForAPatternIsNotOccupied() {
    hub.onOccupancyChange(
        channel -> received.add(channel.name() + (hub.isOccupied(channel) ? "+" : "-")));
    Late late = new Late();
    late.hub.onOccupancyChange(channel -> received.add("told of " + channel.name()));
    ChannelSubscriber joins = listener("p");
    late.hub.add(ACME, late.joining(joins));
    late.publish("news", 1);
    assertEquals(List.of(), received);
    assertFalse(late.hub.isOccupied(channel("news")));
    late.runNextJoin();
    assertTrue(received.contains("told of news"), received::toString);
    assertTrue(late.hub.isOccupied(channel("news")));

    received.clear();
    hub.add(ACME, pattern("*", null)); // declines, and its topic stays open
    publish(channel("other"), 1);
    assertEquals(List.of("join other"), received);
    assertFalse(hub.isOccupied(channel("other")));
    ChannelSubscriber a = listener("a");
    hub.add(channel("other"), a);
    hub.remove(channel("other"), a);
    assertEquals(List.of("join other", "other+", "other-"), received);
  }

  @Test
  void deliversToEverySubscriberUntilItLeaves() {
    ChannelSubscriber a = listener("a");
    ChannelSubscriber b = listener("b");
    publish(channel("news"), 1);
    hub.add(channel("news"), a);
    hub.add(channel("news"), a);
    publish(channel("news"), 2);
    hub.add(channel("news"), b);
    hub.remove(channel("news"), a);
    publish(channel("news"), 3);
    publish(channel("other"), 4);
    assertEquals(List.of("a news 2", "b news 3"), received);
    assertEquals(1, hub.subscribers(channel("news")));
    hub.remove(channel("news"), b);
    hub.remove(channel("news"), b);
    assertEquals(List.of(), hub.channels(ACME, ChannelPattern.parse("*")));
  }

  @Test
  void separatesTenants() {
    hub.add(channel(ACME, "news"), listener("acme"));
    hub.add(channel(OTHER, "news"), listener("other"));
    hub.add(OTHER, pattern("*", listener("other pattern")));
    publish(channel(ACME, "news"), 1);
    assertEquals(List.of("acme news 1"), received);
    assertEquals(List.of(new ChannelName("news")), hub.channels(ACME, ChannelPattern.parse("n*")));
  }

  @Test
  void aPatternJoinsANewChannelBeforeItsNextPublicationAndOnlyOfItsKind() {
    hub.add(ACME, pattern("*", listener("all")));
    publish(channel("orders.eu"), 1);
    publish(channel("private-orders"), 2);
    assertTrue(received.contains("all orders.eu 1"));
    assertTrue(received.indexOf("join orders.eu") < received.indexOf("all orders.eu 1"));
    assertTrue(received.stream().noneMatch(h -> h.contains("private-orders")), received.toString());
    publish(channel("orders.eu"), 3);
    assertEquals("all orders.eu 3", received.get(received.size() - 1));
  }

  @Test
  void aChannelOpenedByASubscriberIsJoinedByPatternsToo() {
    hub.add(ACME, pattern("orders.*", listener("pattern")));
    hub.add(channel("orders.eu"), listener("name"));
    received.clear();
    publish(channel("orders.eu"), 1);
    received.sort(null);
    assertEquals(List.of("name orders.eu 1", "pattern orders.eu 1"), received);
  }

  @Test
  void asksADecliningPatternOnceAndKeepsNoPublications() {
    PatternSubscriber refused = pattern("orders.*", null);
    hub.add(ACME, refused);
    publish(channel("orders.eu"), 1);
    received.clear();
    publish(channel("orders.eu"), 2);
    assertEquals(List.of(), received);
    hub.remove(ACME, refused);
    assertEquals(List.of(), hub.channels(ACME, ChannelPattern.parse("*")));
  }

  /** The late pattern is not asked any more, but finds the topic. */
  @Test
  void aPatternAddedDuringMatchingFindsTheChannel() {
    PatternSubscriber other = pattern("*", null);
    hub.add(
        ACME,
        new PatternSubscriber() {
          @Override
          public ChannelPattern pattern() {
            return ChannelPattern.parse("orders.*");
          }

          @Override
          public void onChannel(TenantChannel channel) {
            hub.add(ACME, other);
            received.add("seen: " + hub.channels(ACME, ChannelPattern.parse("*")));
          }
        });
    publish(channel("orders.eu"), 1);
    assertEquals("seen: [orders.eu]", received.get(0));
  }

  /** A hub with patterns whose joins the test runs by hand. */
  private static final class Late {
    final ArrayDeque<Runnable> asked = new ArrayDeque<>();
    final Hub hub = new Hub(asked::add);

    void runNextJoin() {
      for (Runnable next = asked.poll(); next != null; next = asked.poll()) {
        next.run();
      }
    }

    PatternSubscriber joining(ChannelSubscriber subscriber) {
      return new PatternSubscriber() {
        @Override
        public ChannelPattern pattern() {
          return ChannelPattern.parse("*");
        }

        @Override
        public void onChannel(TenantChannel channel) {
          hub.add(channel, subscriber);
        }
      };
    }

    void publish(String channel, long sequence) {
      hub.onPublication(
          new Publication(
              new Envelope(channel(channel), 0, "i", false, Message.of("1")),
              new Position("e", 0, sequence),
              0));
    }
  }

  @Test
  void aLateJoinMissesNothingAndDelaysNobody() {
    Late late = new Late();
    late.hub.add(ACME, late.joining(listener("slow")));
    late.hub.add(channel("news"), listener("name"));
    late.publish("news", 1);
    late.publish("other", 1);
    late.publish("other", 2);
    assertEquals(List.of("name news 1"), received);
    late.runNextJoin();
    late.publish("other", 3);
    late.publish("news", 2);
    received.removeIf(h -> h.startsWith("name"));
    assertEquals(
        List.of("slow news 1", "slow other 1", "slow other 2", "slow other 3", "slow news 2"),
        received);
  }

  private void ephemeral(Hub at, String channel, String payload) {
    at.onEphemeral(new Envelope(channel(channel), 0, "i", false, Message.of(payload), true), 7);
  }

  private ChannelSubscriber payloads(String name) {
    return new RecordingSubscriber(
        p -> {
          assertTrue(p.isEphemeral());
          received.add(
              name + " " + p.publication().envelope().message().payload() + p.ephemeralOrder());
        });
  }

  @Test
  void deliversWhatIsEphemeralToSubscribersOnly() {
    ephemeral(hub, "news", "a");
    assertEquals(0, hub.channels());
    hub.add(channel("news"), payloads("ann"));
    ephemeral(hub, "news", "b");
    ephemeral(hub, "other", "c");
    ephemeral(hub, "news", "d");
    assertEquals(List.of("ann b1", "ann d2"), received);
    assertEquals(2, hub.deliveryCount());
  }

  @Test
  void aLateJoinGetsWhatIsEphemeralAndRecognisesWhatItGetsTwice() {
    Late late = new Late();
    late.hub.add(ACME, late.joining(payloads("slow")));
    for (int i = 1; i <= EarlyPublications.MAX_KEPT + 5; i++) {
      ephemeral(late.hub, "news", "x");
    }
    late.runNextJoin(); // whoever is too late for some of them is told of no gap
    assertEquals(EarlyPublications.MAX_KEPT, received.size());
    assertEquals("slow x1", received.get(0));
    assertEquals("slow x16", received.get(15));
  }

  @Test
  void aLateJoinAfterManyPublicationsGetsAGap() {
    Late late = new Late();
    late.hub.add(
        ACME,
        late.joining(
            new ChannelSubscriber() {
              @Override
              public Executor eventLoop() {
                return Runnable::run;
              }

              @Override
              public void onPublication(EncodedPublication publication) {
                received.add(String.valueOf(publication.publication().position().sequence()));
              }

              @Override
              public void onPresence(EncodedPresence change) {}

              @Override
              public void onGap() {
                received.add("gap");
              }

              @Override
              public void onFailure(RuntimeException failure) {
                throw failure;
              }
            }));
    for (int i = 1; i <= EarlyPublications.MAX_KEPT + 5; i++) {
      late.publish("news", i);
    }
    late.runNextJoin();
    assertEquals(EarlyPublications.MAX_KEPT + 1, received.size());
    assertEquals("gap", received.get(EarlyPublications.MAX_KEPT));
  }

  @Test
  void aNewChannelCostsOnlyThePatternsThatMatchIt() {
    AtomicInteger looks = new AtomicInteger();
    for (int i = 0; i < 1_000; i++) {
      String text = "user-" + i + ".*";
      hub.add(
          ACME,
          new PatternSubscriber() {
            @Override
            public ChannelPattern pattern() {
              looks.incrementAndGet();
              return ChannelPattern.parse(text);
            }

            @Override
            public void onChannel(TenantChannel channel) {
              received.add(text + " " + channel.name());
            }
          });
    }
    looks.set(0);
    publish(channel("orders.eu"), 1);
    publish(channel("user-7.a"), 1);
    assertEquals(List.of("user-7.* user-7.a"), received);
    assertTrue(looks.get() < 10, looks + " patterns were looked at");
  }

  @Test
  void keepsOnlySoManyChannelsOpenThatAllPatternsDeclined() {
    Late late = new Late();
    late.hub.add(ACME, pattern("*", null));
    for (int i = 0; i < UnwantedTopics.MAX + 100; i++) {
      late.publish("news-" + i, 1);
      late.runNextJoin();
    }
    assertEquals(UnwantedTopics.MAX, late.hub.channels());
  }

  @Test
  void keepsNothingOfAChannelAllPatternsDeclined() {
    Late late = new Late();
    PatternSubscriber refusing = pattern("*", null);
    late.hub.add(ACME, refusing);
    late.publish("news", 1);
    late.hub.remove(ACME, refusing);
    late.runNextJoin();
    assertEquals(List.of(), late.hub.channels(ACME, ChannelPattern.parse("*")));
  }

  @Test
  void aThrowingPatternCountsAsDeclining() {
    Late late = new Late();
    late.hub.add(
        ACME,
        new PatternSubscriber() {
          @Override
          public ChannelPattern pattern() {
            return ChannelPattern.parse("*");
          }

          @Override
          public void onChannel(TenantChannel channel) {
            throw new IllegalStateException("thrown by a test");
          }
        });
    late.hub.add(ACME, late.joining(listener("good")));
    late.publish("news", 1);
    while (!late.asked.isEmpty()) {
      try {
        late.runNextJoin();
      } catch (IllegalStateException e) {
        assertEquals("thrown by a test", e.getMessage());
      }
    }
    late.publish("news", 2);
    assertEquals(List.of("good news 1", "good news 2"), received);
  }

  /**
   * The last pattern of a tenant is removed at the moment at which another one is being added:
   * either the removal waits, or the other pattern is added again.
   */
  @Test
  void keepsAPatternAddedWhileTheLastOneIsRemoved() throws Exception {
    PatternSubscriber leaving = pattern("*", null);
    hub.add(ACME, leaving);
    Thread leave = new Thread(() -> hub.remove(ACME, leaving));
    AtomicInteger joins = new AtomicInteger();
    hub.add(
        ACME,
        new PatternSubscriber() {
          @Override
          public ChannelPattern pattern() {
            return ChannelPattern.parse("*");
          }

          @Override
          public void onChannel(TenantChannel channel) {
            joins.incrementAndGet();
          }

          /** Called while the hub adds the subscriber. */
          @Override
          public int hashCode() {
            if (leave.getState() == Thread.State.NEW) {
              leave.start();
              try {
                leave.join(200);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }
            return 1;
          }

          @Override
          public boolean equals(@Nullable Object other) {
            return this == other;
          }
        });
    leave.join(10_000);
    publish(channel("a"), 1);
    assertTrue(joins.get() > 0);
  }

  @Test
  void deliversEverythingWhileOthersJoinAndLeave() throws Exception {
    int publications = 20_000;
    List<Long> stayed = new ArrayList<>();
    hub.add(
        channel("busy"),
        new RecordingSubscriber(p -> stayed.add(p.publication().position().sequence())));
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> comers = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        comers.add(
            threads.submit(
                () -> {
                  while (!over.get()) {
                    AtomicInteger count = new AtomicInteger();
                    ChannelSubscriber guest = new RecordingSubscriber(p -> count.incrementAndGet());
                    hub.add(channel("busy"), guest);
                    hub.remove(channel("busy"), guest);
                    hub.add(channel("quiet"), guest);
                    hub.remove(channel("quiet"), guest);
                  }
                }));
      }
      for (int i = 1; i <= publications; i++) {
        publish(channel("busy"), i);
      }
      over.set(true);
      for (Future<?> comer : comers) {
        comer.get(10, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(publications, stayed.size());
    assertEquals(1, hub.subscribers(channel("busy")));
    assertEquals(List.of(new ChannelName("busy")), hub.channels(ACME, ChannelPattern.parse("*")));
  }
}
