package io.broadcasty.delivery.subscribe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.lifecycle.LifecycleEvent;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.ratelimit.RateKey;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.rbac.PolicyResolver;
import io.broadcasty.core.rbac.RetentionLimits;
import io.broadcasty.core.rbac.StoredPolicies;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.wire.Since;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests replay joined to live publications over a misbehaving broker, on one thread, with every
 * interleaving made by hand.
 */
class SubscriptionsTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final int MAX_CHANNELS = 5;

  private final ScriptedBroker broker = new ScriptedBroker();
  private final Hub hub = new Hub(Runnable::run);
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ArrayDeque<Runnable> later = new ArrayDeque<>();
  private final ArrayDeque<Runnable> gathered = new ArrayDeque<>();
  private final ManualTime time = new ManualTime();
  private final RecordingListener listener = new RecordingListener();
  private final TestTenantSettings tenants =
      new TestTenantSettings().all(all -> all.maxChannels(MAX_CHANNELS));
  private final LocalPresenceStore presence =
      new LocalPresenceStore(
          tenant -> 100, time, change -> hub.onPresenceChange(change), gathered::add);
  private final RecordingConnection reader = new RecordingConnection();
  private int partitions = 1;
  private ChannelSettings settings = ChannelSettings.NONE;
  private boolean limited;
  private @Nullable Runnable afterAuthorize;
  private boolean stopped;
  private final Subscriptions subscriptions = subscribe().open(reader);

  private SubscribeService subscribe() {
    PolicyResolver resolver =
        new PolicyResolver() {
          @Override
          public boolean authorize(
              String tenant, String channel, String userId, Set<String> roles, Action action) {
            boolean allowed =
                roles.contains("secrets")
                    || !(channel.contains("secret")
                        || (channel.contains("hidden") && action == Action.PRESENCE));
            Runnable hook = afterAuthorize;
            afterAuthorize = null;
            if (hook != null) {
              hook.run();
            }
            return allowed;
          }

          @Override
          public int partitions(String tenant, String channel) {
            return partitions;
          }
        };
    RateLimiter limiter =
        new RateLimiter() {
          @Override
          public Verdict tryAcquire(RateKey key, long permits) {
            return new Verdict(!limited, key.scope(), 1, 0, Duration.ofSeconds(3));
          }

          @Override
          public boolean isEnabled() {
            return limited;
          }
        };
    return new SubscribeService(
        new Policy(resolver).withStored(StoredPolicies.NONE, channel -> settings),
        limiter,
        broker,
        presence,
        hub,
        task -> {
          if (stopped) {
            throw new RejectedExecutionException("shut down");
          }
          tasks.add(task);
        },
        later::add,
        tenants,
        10_000,
        time,
        listener);
  }

  private static Caller caller(String... roles) {
    return new Caller(
        ACME, "ann", Set.of(roles), Instant.EPOCH, Instant.MAX, Map.of(), "the token");
  }

  private static TenantChannel channel(String name) {
    return new TenantChannel(ACME, new ChannelName(name));
  }

  private SubscribeOutcome.Subscribed subscribe(String target, Since since) {
    return assertInstanceOf(
        SubscribeOutcome.Subscribed.class, subscriptions.subscribe(caller(), target, since));
  }

  private static Since after(String channel, Position... positions) {
    return new Since.After(Map.of(new ChannelName(channel), List.of(positions)));
  }

  private void publish(String channel) {
    publish(channel, 0);
  }

  private void publish(String channel, int partition) {
    hub.onPublication(broker.append(channel(channel), partition));
  }

  private void publish(String channel, int partition, int count) {
    for (int i = 0; i < count; i++) {
      publish(channel, partition);
    }
  }

  private void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private List<String> topics() {
    return hub.channels(ACME, ChannelPattern.parse("*")).stream().map(ChannelName::value).toList();
  }

  @Test
  void aLiveSubscriberGetsPublicationsAfterItsHead() {
    publish("a", 0, 3);
    broker.beforeStates = () -> publish("a");
    SubscribeOutcome.Subscribed subscribed = subscribe("a", new Since.Live());
    publish("a");
    assertEquals(List.of(new Position("e0", 0, 4)), subscribed.heads().get(new ChannelName("a")));
    assertEquals(List.of(), reader.record, "not before the answer");
    reader.at("a", new Position("e0", 0, 4));
    subscribed.start().run();
    publish("a");
    assertEquals(List.of("a 5", "a 6"), reader.record);
    assertEquals(0, broker.pages, "nothing had to be read");
  }

  @Test
  void readsAReplayPageByPageDuringLivePublications() {
    publish("a", 0, 10);
    broker.maxPage = 3;
    reader.at("a", new Position("e0", 0, 2));
    subscribe("a", after("a", new Position("e0", 0, 2))).start().run();
    broker.duringPage = () -> publish("a", 0, 2);
    run();
    publish("a");
    assertEquals(LongStream.rangeClosed(3, 13).mapToObj(i -> "a " + i).toList(), reader.record);
  }

  /** A page of many small publications with long names is larger than the broker counts. */
  @Test
  void aReplayPausesWithinAPageWithoutRoom() {
    publish("a", 0, 100);
    reader.room = 10;
    reader.at("a", new Position("e0", 0, 0));
    subscribe("a", new Since.FromSequence(0)).start().run();
    run();
    assertEquals(10, reader.record.size());
    reader.makeRoom(20);
    run();
    assertEquals(30, reader.record.size());
    publish("a");
    assertEquals(30, reader.record.size());
    reader.makeRoom(1000);
    run();
    assertEquals(101, reader.record.size());
  }

  private void ephemeral(String payload) {
    hub.onEphemeral(new Envelope(channel("a"), 0, "i", false, Message.of(payload), true), 0);
  }

  @Test
  void whatIsEphemeralComesBetweenPublicationsAndReplaysNothing() {
    SubscribeOutcome.Subscribed subscribed = subscribe("a", new Since.Live());
    ephemeral("before the answer");
    subscribed.start().run();
    run();
    ephemeral("1");
    publish("a");
    ephemeral("2");
    publish("a");
    subscriptions.unsubscribe("a");
    ephemeral("3");
    assertEquals(List.of("ephemeral 1", "a 1", "ephemeral 2", "a 2"), reader.record);
    assertEquals(0, broker.pages);
  }

  @Test
  void whatIsEphemeralIsLeftOutForASlowConnection() {
    subscribe("a", new Since.Live()).start().run();
    reader.room = 1;
    ephemeral("1");
    publish("a");
    ephemeral("2");
    assertEquals(List.of("ephemeral 1", "a 1"), reader.record);
  }

  @Test
  void startsWithTheNewestPublications() {
    publish("a", 0, 5);
    reader.at("a", new Position("e0", 0, 3));
    SubscribeOutcome.Subscribed subscribed = subscribe("a", new Since.Last(2));
    assertTrue(subscribed.recovered());
    subscribed.start().run();
    run();
    publish("a");
    assertEquals(List.of("a 4", "a 5", "a 6"), reader.record);
  }

  @Test
  void startsWithTheLastValueOfAChannelThatHasOne() {
    settings = new ChannelSettings(RetentionLimits.NONE, false, null, true, true, false);
    publish("a", 0, 5);
    reader.at("a", new Position("e0", 0, 4));
    subscribe("a", new Since.Live()).start().run();
    run();
    publish("a");
    assertEquals(List.of("a 5", "a 6"), reader.record);
    subscriptions.unsubscribe("a");
    subscribe("a", after("a", new Position("e0", 0, 6))).start().run();
    run();
    assertEquals(List.of("a 5", "a 6"), reader.record, "one who has a position is told no more");
  }

  @Test
  void startsWithTheOldestWhenFewerAreKeptThanAskedFor() {
    publish("a", 0, 5);
    broker.trim(channel("a"), 0, 3);
    reader.at("a", new Position("e0", 0, 3));
    SubscribeOutcome.Subscribed subscribed = subscribe("a", new Since.Last(3));
    broker.trim(channel("a"), 0, 2); // what leaves the retention now is not lost to anybody
    subscribed.start().run();
    run();
    assertEquals(List.of("a 4", "a 5"), reader.record);
  }

  @Test
  void theNewestOfNothingAreLive() {
    reader.at("a", new Position("e0", 0, 0));
    subscribe("a", new Since.Last(2)).start().run();
    run();
    publish("a");
    assertEquals(List.of("a 1"), reader.record);
    assertEquals(0, broker.pages);
  }

  @Test
  void heldPublicationsDoNotOverflowTheOutbox() {
    SubscribeOutcome.Subscribed subscribed = subscribe("a", new Since.Live());
    reader.room = 2;
    publish("a", 0, 5);
    subscribed.start().run();
    run();
    assertEquals(List.of("a 1", "a 2"), reader.record);
    reader.makeRoom(100);
    run();
    assertEquals(5, reader.record.size());
  }

  @Test
  void notifiesTheListenerOfSubscriptionsAndTheirEnd() {
    subscribe("a", new Since.Live());
    subscribe("orders.*", new Since.Live());
    assertEquals(
        List.of(
            new ChannelEvent.Subscribed(RecordingConnection.INFO, "a"),
            new ChannelEvent.Subscribed(RecordingConnection.INFO, "orders.*")),
        listener.take());
    subscriptions.subscribe(caller(), "a", new Since.Live());
    assertEquals(List.of(), listener.take(), "it had been subscribed before");
    subscriptions.unsubscribe("a");
    subscriptions.unsubscribe("a");
    assertEquals(
        List.of(new ChannelEvent.Unsubscribed(RecordingConnection.INFO, "a")), listener.take());
    subscriptions.close();
    assertEquals(
        List.of(new ChannelEvent.Unsubscribed(RecordingConnection.INFO, "orders.*")),
        listener.take());
  }

  @Test
  void doesNotNotifyTheListenerOfAFailedSubscribe() {
    broker.beforeStates =
        () -> {
          throw new BrokerException("the store cannot be read now", null);
        };
    assertThrows(BrokerException.class, () -> subscribe("a", new Since.Live()));
    assertEquals(List.of(), listener.take());
  }

  /** The connection ends on another thread while its subscribe reads the store. */
  @Test
  void doesNotNotifyOfASubscriptionEndedDuringSetUp() {
    broker.beforeStates = subscriptions::close;
    assertInstanceOf(
        SubscribeOutcome.Closed.class, subscriptions.subscribe(caller(), "a", new Since.Live()));
    assertEquals(List.of(), listener.take());
  }

  /** The subscription ends between its notification and its confirmation. */
  @Test
  void notifiesOnceOfASubscriptionEndedBeforeItsConfirmation() {
    listener.afterNext = subscriptions::close;
    subscriptions.subscribe(caller(), "a", new Since.Live());
    assertEquals(
        List.of(
            new ChannelEvent.Subscribed(RecordingConnection.INFO, "a"),
            new ChannelEvent.Unsubscribed(RecordingConnection.INFO, "a")),
        listener.take());
  }

  @Test
  void notifiesTheListenerOfAResumeWithItsCost() {
    publish("a", 0, 10);
    broker.maxPage = 3;
    reader.at("a", new Position("e0", 0, 2));
    subscribe("a", after("a", new Position("e0", 0, 2))).start().run();
    listener.take();
    broker.duringPage = () -> time.advance(Duration.ofMillis(2));
    run();
    assertEquals(
        List.of(
            new ChannelEvent.Resumed(
                RecordingConnection.INFO,
                channel("a"),
                0,
                ChannelEvent.Cause.POSITION,
                3,
                8,
                Duration.ofMillis(2).toNanos())),
        listener.take());
  }

  @Test
  void notifiesTheListenerOfAResumeAtTheHead() {
    publish("a", 0, 3);
    SubscribeOutcome.Subscribed subscribed = subscribe("a", after("a", new Position("e0", 0, 3)));
    listener.take();
    subscribed.start().run();
    assertEquals(
        List.of(
            new ChannelEvent.Resumed(
                RecordingConnection.INFO, channel("a"), 0, ChannelEvent.Cause.POSITION, 0, 0, 0)),
        listener.take());
    subscribe("b", new Since.Live()).start().run();
    assertEquals(
        List.of(new ChannelEvent.Subscribed(RecordingConnection.INFO, "b")),
        listener.take(),
        "one that asked for no position resumes nothing");
  }

  @Test
  void notifiesTheListenerOfALossBeforeTheResume() {
    publish("a", 0, 3);
    subscribe("a", after("a", new Position("another", 0, 3))).start().run();
    listener.take();
    reader.at("a", new Position("another", 0, 3));
    run();
    List<LifecycleEvent> events = listener.take();
    ChannelEvent.PositionLost lost = (ChannelEvent.PositionLost) events.get(0);
    assertEquals(ChannelEvent.LossReason.EPOCH, lost.reason());
    assertEquals(1, lost.pages());
    assertInstanceOf(ChannelEvent.Resumed.class, events.get(1));
    assertEquals(2, events.size());
  }

  @Test
  void notifiesTheListenerOfAClosedGap() {
    subscribe("a", new Since.Live()).start().run();
    publish("a");
    broker.append(channel("a"), 0);
    listener.take();
    publish("a");
    run();
    ChannelEvent.Resumed healed = listener.ofType(ChannelEvent.Resumed.class).get(0);
    assertEquals(ChannelEvent.Cause.GAP, healed.cause());
    assertEquals(1, listener.take().size());
  }

  @Test
  void notifiesTheListenerOfDenials() {
    subscriptions.subscribe(caller().from("192.0.2.1"), "private-secret", new Since.Live());
    assertEquals(
        List.of(
            new ConnectionEvent.Denied(
                ACME,
                "ann",
                ConnectionEvent.Operation.SUBSCRIBE,
                ChannelName.Kind.PRIVATE,
                "192.0.2.1")),
        listener.take());
  }

  @Test
  void theNextAnnouncementRevealsAMissedOne() {
    subscribe("a", new Since.Live()).start().run();
    publish("a");
    broker.append(channel("a"), 0);
    broker.append(channel("a"), 0);
    publish("a");
    run();
    assertEquals(List.of("a 1", "a 2", "a 3", "a 4"), reader.record);
  }

  @Test
  void dropsDuplicateAndLateAnnouncements() {
    subscribe("a", new Since.Live()).start().run();
    Publication first = broker.append(channel("a"), 0);
    Publication second = broker.append(channel("a"), 0);
    hub.onPublication(second);
    hub.onPublication(second);
    run();
    hub.onPublication(first);
    hub.onPublication(second);
    run();
    assertEquals(List.of("a 1", "a 2"), reader.record);
  }

  @Test
  void reportsEachKindOfLossWithItsResumePosition() {
    publish("trimmed", 0, 5);
    broker.trim(channel("trimmed"), 0, 2);
    publish("ahead", 0, 2);
    broker.newEpoch(channel("epoch"), 0);
    publish("epoch", 0, 2);
    reader.at("trimmed", new Position("e0", 0, 1));
    reader.at("ahead", new Position("e0", 0, 9));
    reader.at("epoch", new Position("e0", 0, 7));
    for (String name : List.of("trimmed", "ahead", "epoch")) {
      Position asked = Objects.requireNonNull(reader.lasts.get(name + "/0"));
      SubscribeOutcome.Subscribed subscribed = subscribe(name, after(name, asked));
      assertFalse(subscribed.recovered());
      assertEquals(
          List.of(asked), subscribed.starts().get(new ChannelName(name)), "until it is told");
      subscribed.start().run();
      run();
    }
    assertEquals(
        List.of(
            "trimmed TRIMMED to 3",
            "trimmed 4",
            "trimmed 5",
            "ahead AHEAD to 2",
            "epoch EPOCH to 0",
            "epoch 1",
            "epoch 2"),
        reader.record);
  }

  @Test
  void reportsALossBetweenPages() {
    publish("a", 0, 10);
    broker.maxPage = 2;
    reader.at("a", new Position("e0", 0, 0));
    subscribe("a", new Since.FromSequence(1)).start().run();
    broker.duringPage = () -> broker.trim(channel("a"), 0, 3);
    run();
    assertEquals(List.of("a 1", "a 2", "a TRIMMED to 7", "a 8", "a 9", "a 10"), reader.record);
    broker.newEpoch(channel("a"), 0);
    publish("a");
    run();
    assertEquals("a EPOCH to 0", reader.record.get(6));
    assertEquals("a 1", reader.record.get(7));
  }

  @Test
  void joinsPartitionsSeparatelyAndNewOnesFromTheirStart() {
    partitions = 2;
    publish("a", 0, 3);
    publish("a", 1, 1);
    reader.at("a", new Position("e0", 0, 2));
    reader.at("a", new Position("e0", 1, 1));
    subscribe("a", after("a", new Position("e0", 0, 2), new Position("e0", 1, 1))).start().run();
    run();
    publish("a", 2, 2);
    publish("a", 1);
    assertEquals(List.of("a 3", "a 1", "a 2", "a 2"), reader.record);
  }

  @Test
  void aChannelThatAppearsLaterIsJoinedByItsPattern() {
    publish("orders.a");
    SubscribeOutcome.Subscribed subscribed = subscribe("orders.*", new Since.Live());
    assertEquals(Set.of(new ChannelName("orders.a")), subscribed.heads().keySet());
    reader.at("orders.a", new Position("e0", 0, 1));
    publish("orders.b");
    assertEquals(List.of(), reader.record, "not before the answer");
    subscribed.start().run();
    run();
    publish("orders.c");
    publish("private-orders.c");
    publish("orders.secret");
    publish("orders.a");
    run();
    assertEquals(List.of("orders.b 1", "orders.c 1", "orders.a 2"), reader.record);
  }

  @Test
  void resumesEveryChannelOfAPattern() {
    publish("orders.a", 0, 2);
    publish("orders.new", 0, 1);
    reader.at("orders.a", new Position("e0", 0, 1));
    subscribe("orders.*", after("orders.a", new Position("e0", 0, 1))).start().run();
    run();
    reader.record.sort(null);
    assertEquals(List.of("orders.a 2", "orders.new 1"), reader.record);
  }

  @Test
  void deliversAChannelOnceForItsNameAndAPattern() {
    subscribe("orders.a", new Since.Live()).start().run();
    subscribe("orders.*", new Since.Live()).start().run();
    publish("orders.a");
    publish("orders.b");
    assertTrue(subscribe("orders.b", new Since.Live()).heads().isEmpty());
    assertTrue(subscriptions.unsubscribe("orders.*"));
    publish("orders.a");
    publish("orders.b");
    publish("orders.c");
    assertTrue(subscriptions.unsubscribe("orders.a"));
    assertFalse(subscriptions.unsubscribe("orders.a"));
    publish("orders.a");
    run();
    reader.record.sort(null);
    assertEquals(List.of("orders.a 1", "orders.a 2", "orders.b 1", "orders.b 2"), reader.record);
    assertEquals(List.of("orders.b"), topics());
  }

  @Test
  void tooManyChannelsAreRefusedAndLeaveNothingBehind() {
    for (int i = 0; i <= MAX_CHANNELS; i++) {
      publish("orders." + i);
    }
    assertInstanceOf(
        SubscribeOutcome.TooManyChannels.class,
        subscriptions.subscribe(caller(), "orders.*", new Since.Live()));
    assertEquals(List.of(), topics());
    assertEquals(List.of(), subscriptions.targets());
    for (int i = 0; i < MAX_CHANNELS; i++) {
      subscribe("orders." + i, new Since.Live());
    }
    assertInstanceOf(
        SubscribeOutcome.TooManyChannels.class,
        subscriptions.subscribe(caller(), "orders.5", new Since.Live()));
    assertInstanceOf(
        SubscribeOutcome.AlreadySubscribed.class,
        subscriptions.subscribe(caller(), "orders.1", new Since.Live()));
  }

  /** Patterns without a match have no channels, yet use memory. */
  @Test
  void patternsThatMatchNothingAreBoundedToo() {
    for (int i = 0; i < MAX_CHANNELS; i++) {
      subscribe("nothing." + i + ".*", new Since.Live());
    }
    assertInstanceOf(
        SubscribeOutcome.TooManyChannels.class,
        subscriptions.subscribe(caller(), "one.more.*", new Since.Live()));
  }

  @Test
  void endsAPatternWithTooManyChannels() {
    subscribe("*", new Since.Live()).start().run();
    for (int i = 0; i <= MAX_CHANNELS; i++) {
      publish("c" + i);
    }
    assertTrue(reader.tooMany);
  }

  @Test
  void policyAndLimitsComeFirst() {
    assertInstanceOf(
        SubscribeOutcome.Denied.class,
        subscriptions.subscribe(caller(), "secret", new Since.Live()));
    assertInstanceOf(
        SubscribeOutcome.Denied.class,
        subscriptions.subscribe(caller(), "secret.*", new Since.Live()));
    limited = true;
    assertInstanceOf(
        SubscribeOutcome.Throttled.class, subscriptions.subscribe(caller(), "a", new Since.Live()));
    assertEquals(List.of(), subscriptions.targets());
  }

  @Test
  void aRenewedTokenWithFewerRolesEndsSubscriptions() {
    Caller full = caller("secrets");
    publish("a.secret");
    for (String target : List.of("secret.x", "a.*", "a.open")) {
      SubscribeOutcome outcome = subscriptions.subscribe(full, target, new Since.Live());
      ((SubscribeOutcome.Subscribed) outcome).start().run();
    }
    assertEquals(
        new LostAccess(List.of("secret.x", "a.secret"), List.of()),
        subscriptions.reauthorize(caller()));
    publish("secret.x");
    publish("a.secret");
    publish("a.secret2");
    publish("a.open");
    run();
    assertEquals(List.of("a.open 1"), reader.record);
    assertEquals(List.of("a.*", "a.open"), subscriptions.targets());
    assertEquals(new LostAccess(List.of(), List.of()), subscriptions.reauthorize(full));
    publish("a.secret3");
    run();
    assertEquals(List.of("a.open 1", "a.secret3 1"), reader.record, "and more roles give more");
  }

  /** The refresh comes between the check of a new channel and its first publication. */
  @Test
  void aChannelThatAppearsDuringARefreshIsCheckedAgain() {
    SubscribeOutcome outcome = subscriptions.subscribe(caller("secrets"), "a.*", new Since.Live());
    assertInstanceOf(SubscribeOutcome.Subscribed.class, outcome).start().run();
    broker.duringFollow = () -> publish("a.secret"); // by another thread
    afterAuthorize = () -> subscriptions.reauthorize(caller());
    publish("a.secret");
    run();
    publish("a.secret");
    run();
    assertEquals(List.of(), reader.record);
    assertEquals(List.of("a.*"), broker.followed());
  }

  @Test
  void aReplayUnderWayEndsWithTheRefresh() {
    publish("a.secret", 0, 4);
    SubscribeOutcome outcome =
        subscriptions.subscribe(caller("secrets"), "a.*", new Since.FromSequence(0));
    assertInstanceOf(SubscribeOutcome.Subscribed.class, outcome).start().run();
    broker.duringPage =
        () ->
            assertEquals(
                new LostAccess(List.of("a.secret"), List.of()),
                subscriptions.reauthorize(caller()));
    run();
    assertEquals(List.of(), reader.record);
    assertEquals(List.of("a.*"), broker.followed());
  }

  @Test
  void aRefreshEndsTheWatchOfMembersThatItDoesNotAllow() {
    for (String name : List.of("presence-hidden", "presence-open")) {
      subscribe(name, new Since.Live()).start().run();
      WatchOutcome outcome = subscriptions.watch(caller("secrets"), new ChannelName(name));
      assertInstanceOf(WatchOutcome.Watching.class, outcome).start().run();
    }
    assertEquals(
        new LostAccess(List.of(), List.of(new ChannelName("presence-hidden"))),
        subscriptions.reauthorize(caller()));
    join("presence-hidden", "42");
    gather();
    assertEquals(List.of(), reader.record);
    assertEquals(new LostAccess(List.of(), List.of()), subscriptions.reauthorize(caller()));
  }

  @Test
  void aStoreThatCannotBeReadSubscribesNothing() {
    broker.failing = true;
    assertThrows(
        BrokerException.class, () -> subscriptions.subscribe(caller(), "a", new Since.Live()));
    assertEquals(List.of(), topics());
    assertEquals(List.of(), subscriptions.targets());
    broker.failing = false;
    publish("a", 0, 3);
    subscribe("a", new Since.FromSequence(0)).start().run();
  }

  /** An outage of the store is no reason to end a stream. */
  @Test
  void aReplayGoesOnWhenTheStoreCanBeReadAgain() {
    publish("a", 0, 3);
    subscribe("a", new Since.FromSequence(0)).start().run();
    broker.failing = true;
    run();
    publish("a");
    for (int i = 0; i < 3; i++) {
      assertEquals(1, later.size(), "one wait, however much is to be caught up with");
      later.remove().run();
      run();
    }
    assertFalse(reader.failed);
    assertEquals(List.of(), reader.record);
    broker.failing = false;
    later.remove().run();
    run();
    assertEquals(List.of("a 1", "a 2", "a 3", "a 4"), reader.record);
    publish("a");
    assertEquals(5, reader.record.size(), "live again");
  }

  /** The client has to reconnect to another node. */
  @Test
  void aStreamThatThisNodeCannotDecodeEnds() {
    publish("a", 0, 3);
    subscribe("a", new Since.FromSequence(0)).start().run();
    broker.undecodable = true;
    run();
    assertTrue(reader.failed);
    assertEquals(List.of(), reader.record);
    assertEquals(0, later.size());
  }

  @Test
  void followsAChannelFromBeforeItsStateIsReadUntilItIsLeft() {
    broker.beforeStates = () -> assertEquals(List.of("a"), broker.followed());
    subscribe("a", new Since.Live());
    assertTrue(subscriptions.unsubscribe("a"));
    assertEquals(List.of(), broker.followed());
    broker.beforeStates = subscriptions::close;
    subscriptions.subscribe(caller(), "b", new Since.Live());
    assertEquals(List.of(), broker.followed());
  }

  @Test
  void aChannelThatCannotBeFollowedIsNotSubscribed() {
    broker.follows =
        CompletableFuture.failedFuture(new BrokerException("scripted", new Exception()));
    assertThrows(
        BrokerException.class, () -> subscriptions.subscribe(caller(), "a", new Since.Live()));
    assertThrows(
        BrokerException.class, () -> subscriptions.subscribe(caller(), "a.*", new Since.Live()));
    assertEquals(List.of(), topics());
    assertEquals(List.of(), broker.followed());
    assertEquals(List.of(), subscriptions.targets());
  }

  /** Another node has published before this one followed the channel. */
  @Test
  void aPatternReadsWhatAChannelGotBeforeItWasFollowed() {
    partitions = 2;
    subscribe("orders.*", new Since.Live()).start().run();
    assertEquals(List.of("orders.*"), broker.followed());
    CompletableFuture<Void> follows = new CompletableFuture<>();
    broker.follows = follows;
    broker.append(channel("orders.a"), 1);
    hub.onChannel(channel("orders.a"));
    assertEquals(List.of("orders.*", "orders.a"), broker.followed());
    broker.append(channel("orders.a"), 1);
    follows.complete(null);
    run();
    assertEquals(List.of("orders.a 1", "orders.a 2"), reader.record);
    hub.onChannel(channel("orders.a"));
    publish("orders.a", 1);
    assertEquals(3, reader.record.size());
    assertTrue(subscriptions.unsubscribe("orders.*"));
    assertEquals(List.of(), broker.followed());
  }

  private void join(String name, String member) {
    var unused =
        presence.join(
            channel(name), new Member(member, "{}"), new Holder.Connection("c-" + member));
    gather();
  }

  private void leave(String name, String member) {
    var unused = presence.leave(channel(name), member, new Holder.Connection("c-" + member));
    gather();
  }

  private void gather() {
    for (Runnable task = gathered.poll(); task != null; task = gathered.poll()) {
      task.run();
    }
  }

  private WatchOutcome.Watching watch(String name) {
    return assertInstanceOf(
        WatchOutcome.Watching.class, subscriptions.watch(caller(), new ChannelName(name)));
  }

  @Test
  void watchesMembersFromThePageOnEachChangeOnce() {
    join("presence-a", "ann");
    subscribe("presence-a", new Since.Live()).start().run();
    join("presence-a", "bob");
    WatchOutcome.Watching watching = watch("presence-a");
    assertEquals(
        List.of("ann", "bob"), watching.page().members().stream().map(Member::id).toList());
    join("presence-a", "cid");
    assertEquals(List.of(), reader.record, "held until the page has been told");
    watching.start().run();
    leave("presence-a", "ann");
    assertEquals(List.of("presence 3 +cid", "presence 4 -ann"), reader.record);
    assertTrue(subscriptions.unsubscribe("presence-a"));
    join("presence-a", "dan");
    assertEquals(2, reader.record.size());
  }

  @Test
  void readsTheMembersAgainAfterAGap() {
    subscribe("presence-a", new Since.Live()).start().run();
    watch("presence-a").start().run();
    join("presence-a", "ann");
    hub.onPresenceChange(new PresenceChange(channel("presence-a"), 7, List.of(), List.of("x")));
    join("presence-a", "bob");
    run();
    join("presence-a", "cid");
    assertEquals(
        List.of("presence 1 +ann", "presence 2 reset 2", "presence 3 +cid"), reader.record);
  }

  @Test
  void readsTheMembersAgainAfterTooManyHeldChanges() {
    subscribe("presence-a", new Since.Live()).start().run();
    WatchOutcome.Watching watching = watch("presence-a");
    for (int i = 0; i < 80; i++) {
      join("presence-a", "m" + i);
    }
    watching.start().run();
    run();
    assertEquals(List.of("presence 80 reset 80"), reader.record);
  }

  @Test
  void watchesOnlyWhatItMay() {
    assertInstanceOf(
        WatchOutcome.NotSubscribed.class,
        subscriptions.watch(caller(), new ChannelName("presence-a")));
    subscribe("a", new Since.Live());
    assertInstanceOf(
        WatchOutcome.NoPresenceChannel.class, subscriptions.watch(caller(), new ChannelName("a")));
    assertInstanceOf(
        WatchOutcome.Denied.class,
        subscriptions.watch(caller(), new ChannelName("presence-secret")));
  }

  @Test
  void readsPublicationsTheBrokerMissed() {
    subscribe("a", new Since.Live()).start().run();
    broker.append(channel("a"), 0);
    hub.onGap(channel("a"));
    run();
    assertEquals(List.of("a 1"), reader.record);
  }

  /** A page read for a subscription that has ended must not reach its successor. */
  @Test
  void dropsAPageReadBeforeAnUnsubscribe() {
    publish("a", 0, 4);
    reader.at("a", new Position("e0", 0, 0));
    subscribe("a", new Since.FromSequence(0)).start().run();
    broker.duringPage =
        () -> {
          assertTrue(subscriptions.unsubscribe("a"));
          subscribe("a", new Since.FromSequence(0)).start().run();
        };
    run();
    assertEquals(List.of("a 1", "a 2", "a 3", "a 4"), reader.record);
  }

  /** The connection breaks while the store is being read. */
  @Test
  void aConnectionThatEndsDuringASubscribeLeavesNothingInTheHub() {
    publish("x");
    broker.beforeStates = subscriptions::close;
    subscriptions.subscribe(caller(), "x", new Since.Live());
    assertEquals(List.of(), topics());
    assertInstanceOf(
        SubscribeOutcome.Closed.class, subscriptions.subscribe(caller(), "x", new Since.Live()));

    Subscriptions other = subscribe().open(reader);
    publish("y");
    broker.beforeStates = other::close;
    assertInstanceOf(
        SubscribeOutcome.Closed.class, other.subscribe(caller(), "*", new Since.Live()));
    assertEquals(List.of(), topics());
    publish("z");
    assertEquals(List.of(), topics(), "no pattern is left to open a topic");
  }

  /** A publisher must not fail because this node is being stopped. */
  @Test
  void aRejectingExecutorEndsTheStreamButNotThePublish() {
    subscribe("a", new Since.Live()).start().run();
    stopped = true;
    broker.append(channel("a"), 0);
    publish("a");
    assertTrue(reader.failed);
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 200);
  }

  /**
   * The broker announces at random late, twice, out of order or never, and trims and loses streams.
   */
  @ParameterizedTest
  @MethodSource("seeds")
  void noUnreportedGapWhateverTheBrokerDoes(long seed) {
    Random random = new Random(seed);
    reader.story = "seed " + seed + ": ";
    partitions = 2;
    broker.maxPage = 1 + random.nextInt(4);
    publish("a", 0, random.nextInt(10));
    publish("a", 1, random.nextInt(3));
    SubscribeOutcome.Subscribed subscribed;
    if (random.nextBoolean()) {
      subscribed = subscribe("a", new Since.Live());
      subscribed.heads().values().forEach(all -> all.forEach(p -> reader.at("a", p)));
    } else {
      Position p0 = new Position("e0", 0, random.nextInt(12));
      Position p1 = new Position("e0", 1, random.nextInt(4));
      reader.at("a", p0);
      reader.at("a", p1);
      subscribed = subscribe("a", after("a", p0, p1));
    }
    List<Publication> late = new ArrayList<>();
    boolean started = false;
    for (int step = 0; step < 200; step++) {
      int partition = random.nextInt(2);
      switch (random.nextInt(14)) {
        case 0 -> late.add(broker.append(channel("a"), partition));
        case 1 -> broker.append(channel("a"), partition);
        case 2 -> {
          if (!late.isEmpty()) {
            hub.onPublication(late.get(random.nextInt(late.size())));
          }
        }
        case 3 -> broker.trim(channel("a"), partition, random.nextInt(4));
        case 4 -> {
          if (random.nextInt(4) == 0) {
            broker.newEpoch(channel("a"), partition);
          }
        }
        case 5 -> broker.duringPage = () -> publish("a", partition, 2);
        case 6 -> reader.makeRoom(random.nextInt(4));
        case 7 -> {
          if (!started) {
            started = true;
            subscribed.start().run();
          }
        }
        case 8, 9, 10 -> {
          Runnable task = tasks.poll();
          if (task != null) {
            task.run();
          }
        }
        default -> publish("a", partition);
      }
    }
    if (!started) {
      subscribed.start().run();
    }
    reader.makeRoom(Integer.MAX_VALUE);
    run();
    publish("a", 0);
    publish("a", 1);
    run();
    assertEquals(broker.head(channel("a"), 0), reader.lasts.get("a/0"), reader.story);
    assertEquals(broker.head(channel("a"), 1), reader.lasts.get("a/1"), reader.story);
  }
}
