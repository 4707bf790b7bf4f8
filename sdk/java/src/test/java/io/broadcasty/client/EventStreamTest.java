package io.broadcasty.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class EventStreamTest {

  private static final String PADDING = "x".repeat(4096);
  private static final String HEADS = "[{\"epoch\":\"e\",\"partition\":0,\"sequence\":7}]";

  private final AtomicInteger tokens = new AtomicInteger();
  private final Recorder recorder = new Recorder();
  private FakeServer server;
  private BroadcastyClient client;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
    client =
        BroadcastyClient.builder(server.address())
            .token(() -> "t" + tokens.incrementAndGet())
            .build();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  @Test
  void subscribesAndDelivers() throws Exception {
    EventStream stream = open("orders.eu");
    FakeServer.Peer peer = server.peer();
    Json command = peer.commands().get(0);
    assertEquals("Bearer t1", peer.handshake().headers().get("authorization"));
    assertEquals("/broadcasty/ws", peer.handshake().target());
    assertEquals("broadcasty.v1", peer.handshake().headers().get("sec-websocket-protocol"));
    assertEquals(Map.of("command", "subscribe", "channel", "orders.eu"), withoutId(command));

    peer.subscribed(command, HEADS);
    peer.publication("orders.eu", "e", 8);

    assertEquals(8, recorder.publication().payload().asLong());
    assertEquals(EventStream.State.LIVE, stream.state());
    recorder.await(() -> stream.positions().equals(Map.of("orders.eu", List.of(at("e", 8)))));
  }

  @Test
  void resumesWhereItWasWithoutDuplicates() throws Exception {
    open("orders.eu");
    FakeServer.Peer first = server.peer();
    first.subscribed(first.commands().get(0), HEADS);
    first.publication("orders.eu", "e", 8);
    first.publication("orders.eu", "e", 9);
    assertEquals(8, recorder.publication().payload().asLong());
    assertEquals(9, recorder.publication().payload().asLong());
    first.breakOff();

    FakeServer.Peer second = server.peer();
    Json command = second.commands().get(0);
    assertEquals("Bearer t2", second.handshake().headers().get("authorization"));
    assertEquals(
        "[{\"channel\":\"orders.eu\",\"epoch\":\"e\",\"partition\":0,\"sequence\":9}]",
        command.get("since").orElseThrow().text());
    second.subscribed(command, HEADS);
    second.publication("orders.eu", "e", 9);
    second.publication("orders.eu", "e", 10);

    assertEquals(10, recorder.publication().payload().asLong());
  }

  @Test
  void resumesBehindTheHeadsIfNothingHasCome() throws Exception {
    open("orders.*");
    FakeServer.Peer first = server.peer();
    first.subscribed(first.commands().get(0), "[]");
    first.close(4503, "draining: the node stops");

    Json command = server.peer().commands().get(0);

    assertEquals("[]", command.get("since").orElseThrow().text(), "channels may have come since");
  }

  @Test
  void skippedPlacesCountAndLossesAreTold() throws Exception {
    EventStream stream = open("orders.eu");
    FakeServer.Peer first = server.peer();
    first.subscribed(first.commands().get(0), HEADS);
    first.send(
        "{\"push\":\"skipped\",\"channel\":\"orders.eu\",\"partition\":0,\"sequence\":8,"
            + "\"epoch\":\"e\"}");
    first.send(
        "{\"push\":\"lost\",\"channel\":\"orders.eu\",\"reason\":\"epoch\","
            + "\"requested\":{\"epoch\":\"e\",\"partition\":0,\"sequence\":8},"
            + "\"resumeFrom\":{\"epoch\":\"f\",\"partition\":0,\"sequence\":0}}");
    first.publication("orders.eu", "f", 1);

    assertEquals(new LostPosition("orders.eu", "epoch", at("e", 8), at("f", 0)), recorder.event());
    assertEquals(at("f", 1), recorder.publication().position().orElseThrow());
    recorder.await(() -> stream.positions().equals(Map.of("orders.eu", List.of(at("f", 1)))));
  }

  @Test
  void startsWhereItIsTold() throws Exception {
    client.stream()
        .channel("a", Start.fromSequence(0))
        .channel("b", Start.last(10))
        .channel("c", Start.after(List.of(at("e", 3))))
        .channel("d.*", Start.after(Map.of("d.1", List.of(at("x", 1)), "e.1", List.of(at("y", 2)))))
        .channelWithMembers("presence-r")
        .open();

    List<Json> commands = server.peer().commands();

    assertEquals(
        Map.of("command", "subscribe", "channel", "a", "fromSequence", BigDecimal.ZERO),
        withoutId(commands.get(0)));
    assertEquals(
        Map.of("command", "subscribe", "channel", "b", "last", BigDecimal.valueOf(10)),
        withoutId(commands.get(1)));
    assertEquals(
        "[{\"channel\":\"c\",\"epoch\":\"e\",\"partition\":0,\"sequence\":3}]",
        commands.get(2).get("since").orElseThrow().text());
    assertEquals(
        "[{\"channel\":\"d.1\",\"epoch\":\"x\",\"partition\":0,\"sequence\":1}]",
        commands.get(3).get("since").orElseThrow().text());
    assertEquals(
        Map.of("command", "presence", "channel", "presence-r"), withoutId(commands.get(5)));
  }

  @Test
  void aSlowSubscriberHoldsTheServerUpAndLosesNothing() throws Exception {
    EventStream stream = client.stream().channel("o").open();
    recorder.requestNothing();
    stream.subscribe(recorder);
    FakeServer.Peer peer = server.peer();
    peer.subscribed(peer.commands().get(0), HEADS);
    int count = 5_000; // 20 MB, more than the system keeps
    Thread writer =
        new Thread(
            () -> {
              for (int i = 1; i <= count; i++) {
                peer.publication("o", "e", 7 + i, PADDING);
              }
            });
    writer.start();

    Flow.Subscription subscription = recorder.subscription();
    subscription.request(10);
    for (int i = 1; i <= 10; i++) {
      assertEquals(7 + i, recorder.publication().payload().asLong());
    }
    assertNull(recorder.events.poll(300, TimeUnit.MILLISECONDS), "no more than was asked for");
    assertTrue(writer.isAlive(), "the server waits");

    subscription.request(Long.MAX_VALUE);
    for (int i = 11; i <= count; i++) {
      assertEquals(7 + i, recorder.publication().payload().asLong());
    }
    writer.join();
  }

  @Test
  void aRefusalEndsTheStream() throws Exception {
    EventStream stream = open("private-x");
    FakeServer.Peer peer = server.peer();
    peer.send(
        "{\"reply\":%s,\"error\":{\"code\":\"forbidden\",\"status\":403,\"detail\":\"no\"}}"
            .formatted(peer.commands().get(0).get("id").orElseThrow()));

    assertEquals("forbidden", ((BroadcastyException) recorder.failure()).code());
    assertEquals(EventStream.State.CLOSED, stream.state());
  }

  @Test
  void aDisconnectedUserStaysAway() throws Exception {
    open("o");
    FakeServer.Peer peer = server.peer();
    peer.subscribed(peer.commands().get(0), HEADS);
    peer.send("{\"push\":\"end\",\"code\":\"disconnected\",\"retry\":\"no\",\"detail\":\"bye\"}");
    peer.close(4410, "disconnected");

    assertEquals("disconnected", ((BroadcastyException) recorder.failure()).code());
  }

  @Test
  void anExpiredTokenIsReplaced() throws Exception {
    open("o");
    FakeServer.Peer first = server.peer();
    first.subscribed(first.commands().get(0), HEADS);
    first.send("{\"push\":\"expiring\",\"expires\":1}");
    assertEquals(Map.of("command", "refresh", "token", "t2"), withoutId(first.commands().get(0)));
    first.close(4402, "token_expired");

    FakeServer.Peer second = server.peer();

    assertEquals("Bearer t3", second.handshake().headers().get("authorization"));
  }

  @Test
  void aRefusedTokenEndsTheStreamAfterThreeAttempts() throws Exception {
    for (int i = 0; i < 3; i++) {
      server.refuse(401);
    }
    open("o");

    BroadcastyException failure = (BroadcastyException) recorder.failure();

    assertEquals("unauthorized", failure.code());
    assertEquals(3, tokens.get());
  }

  @Test
  void aFirstAttemptAtAWrongAddressEndsTheStream() throws Exception {
    server.refuse(404);
    open("o");

    assertEquals(404, ((BroadcastyException) recorder.failure()).status());
  }

  @Test
  void aServerThatStartsAgainIsWaitedFor() throws Exception {
    open("o");
    FakeServer.Peer first = server.peer();
    first.subscribed(first.commands().get(0), HEADS);
    first.publication("o", "e", 8);
    assertEquals(8, recorder.publication().payload().asLong());
    server.refuse(404);
    server.refuse(502);
    first.close(4503, "draining");

    FakeServer.Peer again = server.peer();
    again.subscribed(again.commands().get(0), HEADS);
    again.publication("o", "e", 9);

    assertEquals(9, recorder.publication().payload().asLong());
  }

  @Test
  void anOverloadedServerIsTriedAgain() throws Exception {
    server.refuse(503, "Retry-After", "0");
    open("o");

    FakeServer.Peer peer = server.peer();
    Json command = peer.commands().get(0);
    peer.send(
        ("{\"reply\":%s,\"error\":{\"code\":\"unavailable\",\"status\":503,\"detail\":\"no\","
                + "\"retryAfter\":0}}")
            .formatted(command.get("id").orElseThrow()));

    FakeServer.Peer again = server.peer();
    again.subscribed(again.commands().get(0), HEADS);
    again.publication("o", "e", 8);
    assertEquals(8, recorder.publication().payload().asLong());
  }

  @Test
  void closingSaysGoodbyeAndCompletes() throws Exception {
    EventStream stream = open("o");
    FakeServer.Peer peer = server.peer();
    peer.subscribed(peer.commands().get(0), HEADS);
    recorder.await(() -> stream.state() == EventStream.State.LIVE);

    client.close();

    assertEquals(1000, peer.closed());
    recorder.await(() -> recorder.complete);
  }

  @Test
  void aSubscriberThatThrowsClosesTheStream() throws Exception {
    EventStream stream = client.stream().channel("o").open();
    stream.onEvent(
        event -> {
          throw new IllegalStateException("thrown by the test");
        },
        failure -> {});
    FakeServer.Peer peer = server.peer();
    peer.subscribed(peer.commands().get(0), HEADS);
    peer.publication("o", "e", 8);

    assertEquals(1000, peer.closed());
    recorder.await(() -> stream.state() == EventStream.State.CLOSED);
  }

  @Test
  void membersCome() throws Exception {
    open("presence-r");
    FakeServer.Peer peer = server.peer();
    peer.subscribed(peer.commands().get(0), HEADS);
    peer.send(
        "{\"push\":\"presence\",\"reset\":true,\"channel\":\"presence-r\",\"version\":1,"
            + "\"count\":1,\"members\":[{\"id\":\"ann\"}],\"next\":null}");
    peer.send(
        "{\"push\":\"presence\",\"channel\":\"presence-r\",\"version\":2,\"joined\":[],"
            + "\"left\":[\"ann\"]}");

    MembersChange page = (MembersChange) recorder.event();
    MembersChange change = (MembersChange) recorder.event();

    assertTrue(page.reset());
    assertEquals("ann", page.joined().get(0).get("id").orElseThrow().asString());
    assertEquals(List.of("ann"), change.left());
  }

  @Test
  void aStreamHasOneSubscriberAndAChannel() throws Exception {
    EventStream stream = open("o");
    Recorder second = new Recorder();

    stream.subscribe(second);

    assertTrue(second.failure() instanceof IllegalStateException);
    assertThrows(IllegalStateException.class, () -> client.stream().open());
  }

  private EventStream open(String channel) {
    EventStream stream = client.stream().channel(channel).open();
    stream.subscribe(recorder);
    return stream;
  }

  private static Position at(String epoch, long sequence) {
    return new Position(epoch, 0, sequence);
  }

  private static Map<String, Object> withoutId(Json command) {
    @SuppressWarnings("unchecked")
    Map<String, Object> fields = (Map<String, Object>) command.toJava();
    fields.remove("id");
    return fields;
  }

  /** A subscriber that records what it gets. */
  private static final class Recorder implements Flow.Subscriber<StreamEvent> {

    final BlockingQueue<StreamEvent> events = new LinkedBlockingQueue<>();
    final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    final BlockingQueue<Flow.Subscription> subscriptions = new LinkedBlockingQueue<>();
    volatile boolean complete;
    private boolean requestsAll = true;

    void requestNothing() {
      requestsAll = false;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscriptions.add(subscription);
      if (requestsAll) {
        subscription.request(Long.MAX_VALUE);
      }
    }

    @Override
    public void onNext(StreamEvent event) {
      events.add(event);
    }

    @Override
    public void onError(Throwable failure) {
      failures.add(failure);
    }

    @Override
    public void onComplete() {
      complete = true;
    }

    Flow.Subscription subscription() throws InterruptedException {
      return present(subscriptions.poll(20, TimeUnit.SECONDS), "a subscription");
    }

    StreamEvent event() throws InterruptedException {
      return present(events.poll(20, TimeUnit.SECONDS), "an event");
    }

    Publication publication() throws InterruptedException {
      return (Publication) event();
    }

    Throwable failure() throws InterruptedException {
      return present(failures.poll(20, TimeUnit.SECONDS), "an error");
    }

    /** Waits for a condition that nothing announces. */
    void await(BooleanSupplier condition) throws InterruptedException {
      for (int i = 0; i < 2000 && !condition.getAsBoolean(); i++) {
        Thread.sleep(10);
      }
      assertTrue(condition.getAsBoolean(), "it did not come true within 20 s");
    }

    private <T> T present(T found, String what) {
      if (found == null) {
        throw new AssertionError(
            what + " did not come; events: " + events + ", errors: " + failures);
      }
      return found;
    }
  }
}
