package io.broadcasty.streams.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.lifecycle.LifecycleEvent;
import io.broadcasty.core.lifecycle.PublicationEvent;
import io.broadcasty.core.lifecycle.PublicationEvent.PublishResult;
import io.broadcasty.core.lifecycle.PublicationEvent.Published;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.ratelimit.RateKey;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.rbac.PolicyResolver;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.PublishRequest;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PublishServiceTest {

  private static final int PARTITIONS = 8;

  private final Caller ann =
      new Caller(
          new TenantId("acme"), "ann", Set.of(), Instant.EPOCH, Instant.MAX, Map.of(), "token");
  private final List<Envelope> appended = new ArrayList<>();
  private final List<String> requestedKeys = new ArrayList<>();
  private int permits = Integer.MAX_VALUE;
  private Function<List<Envelope>, CompletionStage<List<AppendOutcome>>> broker =
      envelopes -> {
        List<AppendOutcome> outcomes = new ArrayList<>();
        for (Envelope envelope : envelopes) {
          appended.add(envelope);
          outcomes.add(
              envelope.message().payload().equals("\"later\"")
                  ? new AppendOutcome.Queued()
                  : envelope.message().payload().equals("\"full\"")
                      ? new AppendOutcome.Unavailable("full", Duration.ofSeconds(5))
                      : new AppendOutcome.Appended(
                          new Position("e", envelope.partition(), appended.size()),
                          envelope.message().payload().equals("\"again\"")));
        }
        return CompletableFuture.completedFuture(outcomes);
      };

  private final ManualTime time = new ManualTime();
  private final RecordingListener listener = new RecordingListener();

  private final PublishService publish =
      new PublishService(
          new Policy(
              new PolicyResolver() {
                @Override
                public boolean authorize(
                    String tenant, String channel, String user, Set<String> roles, Action action) {
                  return action == Action.PUBLISH && !channel.contains("secret");
                }

                @Override
                public int partitions(String tenant, String channel) {
                  return PARTITIONS;
                }

                @Override
                public boolean stampsSender(String tenant, String channel) {
                  return channel.startsWith("chat.");
                }
              }),
          new RateLimiter() {
            @Override
            public Verdict tryAcquire(RateKey key, long wanted) {
              requestedKeys.add(key.scope() + " " + key.tenant() + "/" + key.name());
              return new Verdict(permits-- > 0, key.scope(), 1, 0, Duration.ofSeconds(2));
            }

            @Override
            public boolean isEnabled() {
              return permits < 100;
            }
          },
          broker(),
          time,
          listener);

  /** Returns a broker that only publishes. */
  private Broker broker() {
    return (Broker)
        Proxy.newProxyInstance(
            Broker.class.getClassLoader(),
            new Class<?>[] {Broker.class},
            (proxy, method, arguments) -> {
              @SuppressWarnings("unchecked")
              List<Envelope> envelopes = (List<Envelope>) arguments[0];
              return broker.apply(envelopes);
            });
  }

  private long count(PublishResult result) {
    return listener.ofType(Published.class).stream().filter(p -> p.result() == result).count();
  }

  private static PublishRequest draft(String channel, String payload, @Nullable String key) {
    return new PublishRequest(new ChannelName(channel), null, key, Message.of(payload));
  }

  private List<PublishOutcome> publish(PublishRequest... drafts) {
    return publish.publish(ann, List.of(drafts)).toCompletableFuture().join();
  }

  @Test
  void whatIsEphemeralIsPublishedAsSuchAndCountedApart() {
    broker =
        envelopes -> {
          appended.addAll(envelopes);
          return CompletableFuture.completedFuture(List.of(new AppendOutcome.Announced()));
        };
    List<PublishOutcome> outcomes =
        publish(new PublishRequest(new ChannelName("a"), "o-1", "key", Message.of("1"), true));
    assertEquals(List.of(new PublishOutcome.Announced("o-1")), outcomes);
    assertTrue(appended.get(0).ephemeral());
    assertEquals(0, appended.get(0).partition());
    assertEquals(1, count(PublishResult.EPHEMERAL));
    assertEquals("o-1", listener.ofType(Published.class).get(0).publication().id());
    permits = 0;
    assertInstanceOf(
        PublishOutcome.Throttled.class,
        publish(new PublishRequest(new ChannelName("a"), null, null, Message.of("1"), true))
            .get(0));
  }

  @Test
  void stampsTheSenderWhereThePolicyAsksForItWhateverTheRequestSays() {
    Message forged = Message.of("1").withOrigin(new Origin("bob", "s-1"));
    publish(
        new PublishRequest(new ChannelName("chat.1"), null, null, forged), draft("a", "2", null));
    assertEquals(
        List.of(new Origin("ann", "s-1"), Origin.NONE),
        appended.stream().map(envelope -> envelope.message().origin()).toList());
  }

  @Test
  void outcomesHaveTheOrderOfTheRequests() {
    List<PublishOutcome> outcomes =
        publish(
            draft("a", "1", null),
            draft("secret", "2", null),
            draft("a", "\"full\"", null),
            draft("b", "3", null),
            draft("b", "\"later\"", null));
    PublishOutcome.Published first =
        assertInstanceOf(PublishOutcome.Published.class, outcomes.get(0));
    assertEquals(1, first.appended().position().sequence());
    assertInstanceOf(PublishOutcome.Denied.class, outcomes.get(1));
    assertEquals(new PublishOutcome.Unavailable("full", Duration.ofSeconds(5)), outcomes.get(2));
    PublishOutcome.Published last =
        assertInstanceOf(PublishOutcome.Published.class, outcomes.get(3));
    assertEquals(3, last.appended().position().sequence());
    PublishOutcome.Queued queued = assertInstanceOf(PublishOutcome.Queued.class, outcomes.get(4));
    assertEquals(appended.get(3).id(), queued.id());
    assertEquals(
        List.of("1", "\"full\"", "3", "\"later\""),
        appended.stream().map(e -> e.message().payload()).toList());
    assertEquals(2, count(PublishResult.PUBLISHED));
    for (PublishResult other :
        List.of(PublishResult.DENIED, PublishResult.UNAVAILABLE, PublishResult.QUEUED)) {
      assertEquals(1, count(other));
    }
  }

  @Test
  void aQuotaOfChannelsIsALimitThatWasReached() {
    broker =
        envelopes ->
            CompletableFuture.completedFuture(List.of(new AppendOutcome.TooManyChannels(7)));
    assertEquals(List.of(new PublishOutcome.TooManyChannels(7)), publish(draft("a", "1", null)));
    assertEquals(1, count(PublishResult.THROTTLED));
    assertEquals(
        List.of(
            new ConnectionEvent.LimitReached(
                ConnectionEvent.LimitReached.CHANNEL_QUOTA, ann.tenant(), "ann", null, null)),
        listener.ofType(ConnectionEvent.LimitReached.class));
  }

  @Test
  void checksEnabledLimitsOfUserTenantAndChannel() {
    publish(draft("a", "1", null));
    assertEquals(List.of(), requestedKeys);
    permits = 5;
    List<PublishOutcome> outcomes =
        publish(draft("secret", "0", null), draft("a", "1", null), draft("b", "2", null));
    assertEquals(
        List.of(
            "USER acme/ann",
            "TENANT acme/",
            "CHANNEL acme/a",
            "USER acme/ann",
            "TENANT acme/",
            "CHANNEL acme/b"),
        requestedKeys);
    assertInstanceOf(PublishOutcome.Published.class, outcomes.get(1));
    PublishOutcome.Throttled throttled =
        assertInstanceOf(PublishOutcome.Throttled.class, outcomes.get(2));
    assertEquals(RateLimiter.Scope.CHANNEL, throttled.verdict().scope());
    assertEquals(1, count(PublishResult.THROTTLED));
  }

  @Test
  void theListenerSeesTheHeadersOfEachPublication() {
    Headers headers = Headers.of(Map.of("traceparent", "00-a-b-01"));
    PublishRequest request = draft("a", "1", null);
    publish(request.withMessage(request.message().withHeaders(headers)));
    assertEquals(
        headers.toMap(),
        listener
            .ofType(PublicationEvent.AppendStarted.class)
            .get(0)
            .publications()
            .get(0)
            .headers());
    assertEquals(headers.toMap(), listener.ofType(Published.class).get(0).publication().headers());
  }

  @Test
  void notifiesTheListenerOfTheAppendAndEachPublication() {
    CompletableFuture<List<AppendOutcome>> stored = new CompletableFuture<>();
    broker = envelopes -> stored;
    CompletableFuture<List<PublishOutcome>> answer =
        publish
            .publish(ann, List.of(draft("a", "1", null), draft("secret", "2", null)))
            .toCompletableFuture();
    List<LifecycleEvent> begun = listener.take();
    assertEquals(
        List.of(ConnectionEvent.Denied.class, PublicationEvent.AppendStarted.class),
        begun.stream().map(Object::getClass).toList());
    PublicationEvent.AppendStarted started =
        listenerSaw(PublicationEvent.AppendStarted.class, begun);
    assertEquals("a", started.publications().get(0).channel().name().value());

    time.advance(Duration.ofMillis(3));
    stored.complete(List.of(new AppendOutcome.Appended(new Position("e", 2, 17), false)));
    answer.join();

    List<LifecycleEvent> ended = listener.take();
    long nanos = Duration.ofMillis(3).toNanos();
    assertEquals(new PublicationEvent.AppendEnded(started, nanos, null), ended.get(0));
    Published first = (Published) ended.get(1);
    assertEquals(PublishResult.PUBLISHED, first.result());
    assertEquals(new PublicationEvent.Place("e", 17), first.place());
    assertEquals(2, first.publication().partition());
    assertEquals(started.publications().get(0).id(), first.publication().id());
    assertEquals(nanos, first.durationNanos());
    Published second = (Published) ended.get(2);
    assertEquals(PublishResult.DENIED, second.result());
    assertNull(second.place());
    assertEquals(3, ended.size());
  }

  private static <E extends LifecycleEvent> E listenerSaw(
      Class<E> kind, List<LifecycleEvent> events) {
    return events.stream().filter(kind::isInstance).map(kind::cast).findFirst().orElseThrow();
  }

  @Test
  void aKeyHasOnePartitionAndKeysAreSpread() {
    int[] counts = new int[PARTITIONS];
    for (int i = 0; i < 8_000; i++) {
      publish(draft("a", "1", "customer-" + i), draft("b", "1", "customer-" + i));
      int partition = appended.get(2 * i).partition();
      assertEquals(partition, appended.get(2 * i + 1).partition());
      counts[partition]++;
    }
    for (int count : counts) {
      assertTrue(count > 800 && count < 1_200, () -> "uneven: " + Arrays.toString(counts));
    }
    publish(draft("a", "1", null));
    assertEquals(0, appended.get(appended.size() - 1).partition());
  }

  @Test
  void usesThePublishersIdOrANewOne() {
    PublishRequest named =
        new PublishRequest(
            new ChannelName("a"),
            "o-1",
            null,
            new Message("1", "{}", "made", "c", "r", Headers.of(Map.of("tag", "x"))));
    publish(named, draft("a", "1", null), draft("a", "1", null));
    Envelope first = appended.get(0);
    assertEquals("o-1", first.id());
    assertTrue(first.idempotent());
    assertEquals(named.message(), first.message());
    assertEquals(3, appended.stream().map(Envelope::id).distinct().count());
    assertEquals(List.of(true, false, false), appended.stream().map(Envelope::idempotent).toList());
  }

  @Test
  void aBrokerThatFailsOrThrowsCompletesExceptionally() {
    broker = envelopes -> CompletableFuture.failedFuture(new IllegalStateException("fails"));
    CompletionException failed =
        assertThrows(CompletionException.class, () -> publish(draft("a", "1", null)));
    assertEquals("fails", Objects.requireNonNull(failed.getCause()).getMessage());
    broker =
        envelopes -> {
          throw new IllegalStateException("throws");
        };
    CompletionException thrown =
        assertThrows(CompletionException.class, () -> publish(draft("a", "1", null)));
    assertEquals("throws", Objects.requireNonNull(thrown.getCause()).getMessage());
    assertEquals(2, count(PublishResult.FAILED));
    assertEquals(
        List.of("fails", "throws"),
        listener.ofType(PublicationEvent.AppendEnded.class).stream()
            .map(e -> Objects.requireNonNull(e.failure()).getMessage())
            .toList());
  }

  @Test
  void doesNotCallTheBrokerWhenAllAreRefused() {
    broker =
        envelopes -> {
          throw new IllegalStateException("asked");
        };
    assertEquals(List.of(new PublishOutcome.Denied()), publish(draft("secret", "1", null)));
  }

  @Test
  void countsDuplicatesSeparately() {
    publish(draft("a", "\"again\"", null), draft("a", "1", null));
    assertEquals(1, count(PublishResult.DUPLICATE));
    assertEquals(1, count(PublishResult.PUBLISHED));
  }
}
