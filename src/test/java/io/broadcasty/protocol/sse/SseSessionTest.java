package io.broadcasty.protocol.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.delivery.session.Event;
import io.broadcasty.delivery.session.EventSession;
import io.broadcasty.delivery.session.FakeStreamRequest;
import io.broadcasty.delivery.session.JsonTree;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Cursor;
import io.broadcasty.wire.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests an SSE stream from request to end, with time and tasks run by hand. */
class SseSessionTest {

  private final TestNode node = new TestNode();

  private record Stream(
      TestNode.FakeTransport line, EventSession session, EventSession.Opening opening) {

    List<Event> events() {
      return Event.all(line.frames);
    }

    String lastId() {
      return Objects.requireNonNull(events().get(events().size() - 1).id());
    }
  }

  private Stream live(String... targets) throws ProblemException {
    return open(FakeStreamRequest.channels(targets));
  }

  private Stream resume(@Nullable String lastId, String... targets) throws ProblemException {
    return open(
        FakeStreamRequest.channels(targets).with("lastEventId", Objects.requireNonNull(lastId)));
  }

  private Stream open(FakeStreamRequest request) throws ProblemException {
    return open(request, node.ann());
  }

  private Stream open(FakeStreamRequest request, Caller caller) throws ProblemException {
    Stream stream = prepare(request, caller);
    if (stream.opening() instanceof EventSession.Opening.Begun begun) {
      begun.start().run();
    } else {
      stream.session().onTransportClosed();
    }
    node.run();
    return stream;
  }

  private Stream prepare(FakeStreamRequest request) throws ProblemException {
    return prepare(request, node.ann());
  }

  private Stream prepare(FakeStreamRequest request, Caller caller) throws ProblemException {
    TestNode.FakeTransport line = new TestNode.FakeTransport();
    ConnectionLimiter.Permit place =
        node.limits.tryAcquire(node.ann().tenant(), node.ann().subject());
    assertNotNull(place);
    EventSession session =
        new SseProtocol().accept(request).open(node.context, line, caller, place);
    return new Stream(line, session, session.subscribe());
  }

  private static Code refusal(Stream stream) {
    return assertInstanceOf(EventSession.Opening.Refused.class, stream.opening()).problem().code();
  }

  private void publishByKey(String channel, String key) {
    node.publish
        .publish(
            node.ann(),
            List.of(new PublishRequest(new ChannelName(channel), null, key, Message.of("1"))))
        .toCompletableFuture()
        .join();
    node.run();
  }

  private static List<String> publications(List<Event> events) {
    return events.stream()
        .filter(e -> e.type() == null)
        .map(e -> JsonTree.object(e.data()))
        .map(p -> p.get("channel") + "/" + p.get("partition") + "/" + p.get("sequence"))
        .toList();
  }

  @Test
  void everyIdResumesAfterItsEvent() throws ProblemException {
    Stream whole = live("wide", "a", "p.*");
    for (int i = 0; i < 12; i++) {
      publishByKey("wide", "key-" + i);
      node.publish("a", "1");
      node.publish("p." + i % 2, "1");
    }
    whole.session().onTransportClosed();
    List<Event> frames = whole.events();
    assertEquals(36, publications(frames).size());
    for (int seen = 3; seen <= frames.size(); seen++) {
      Event last = frames.get(seen - 1);
      Stream resumed = resume(last.id(), "wide", "a", "p.*");
      List<String> both = new ArrayList<>(publications(frames.subList(0, seen)));
      both.addAll(publications(resumed.events()));
      List<String> expected = new ArrayList<>(publications(frames));
      expected.sort(null);
      both.sort(null);
      assertEquals(expected, both, "after " + seen + " events");
      resumed.session().onTransportClosed();
      node.run();
    }
    assertTrue(node.isQuiet());
    assertEquals(
        frames.size() - 1, node.listener.ofType(ConnectionEvent.Disconnected.class).size());
  }

  /**
   * The connection breaks after {@code subscribed} and before {@code lost}: the loss must still be
   * reported.
   */
  @Test
  void reportsAnUnwrittenLossToTheNextStream() throws ProblemException {
    node.publish("a", "1");
    Stream first = resume("a!gone:0:7", "a");
    Event subscribed = first.events().get(0);
    assertEquals("subscribed", subscribed.type());
    assertEquals("lost", first.events().get(1).type());
    first.session().onTransportClosed();
    Stream second = resume(subscribed.id(), "a");
    assertEquals("lost", second.events().get(1).type());
    second.session().onTransportClosed();
    Stream third = resume(second.lastId(), "a");
    assertEquals(1, third.line().frames.size(), "reported once");
    third.session().onTransportClosed();
  }

  /**
   * An EventSource does not send an empty id, so the stream would begin again and miss the channel.
   */
  @Test
  void resumesAPatternWithoutChannels() throws ProblemException {
    Stream first = live("orders.*");
    assertTrue(!first.lastId().isBlank());
    first.session().onTransportClosed();
    node.publish("orders.a", "1");
    Stream second = resume(first.lastId(), "orders.*");
    assertEquals(List.of("orders.a/0/1"), publications(second.events()));
    second.session().onTransportClosed();
  }

  /** A stream keeps its token, so a token that allows less comes with the next stream. */
  @Test
  void aCursorGivesNothingThatTheNextTokenDoesNotAllow() throws ProblemException {
    Caller before = node.caller("ann", Duration.ofHours(1), "secrets");
    Stream named = open(FakeStreamRequest.channels("a.secret"), before);
    Stream pattern = open(FakeStreamRequest.channels("a.*"), before);
    publishAs(before, "a.secret");
    publishAs(before, "a.open");
    assertEquals(List.of("a.secret/0/1"), publications(named.events()));
    assertEquals(List.of("a.secret/0/1", "a.open/0/1"), publications(pattern.events()));
    named.session().onTransportClosed();
    pattern.session().onTransportClosed();
    publishAs(before, "a.secret");
    publishAs(before, "a.open");
    assertEquals(Code.FORBIDDEN, refusal(resume(named.lastId(), "a.secret")));
    Stream less = resume(pattern.lastId(), "a.*");
    publishAs(before, "a.secret");
    assertEquals(List.of("a.open/0/2"), publications(less.events()));
    less.session().onTransportClosed();
    node.run();
    assertTrue(node.isQuiet());
  }

  private void publishAs(Caller caller, String channel) {
    node.publish
        .publish(
            caller,
            List.of(new PublishRequest(new ChannelName(channel), null, null, Message.of("1"))))
        .toCompletableFuture()
        .join();
    node.run();
  }

  @Test
  void aRefusedTargetLeavesNoSubscription() throws ProblemException {
    Stream stream = live("a", "secret");
    assertEquals(Code.FORBIDDEN, refusal(stream));
    node.run();
    assertTrue(node.isQuiet());
    assertNotNull(node.limits.tryAcquire(node.ann().tenant(), node.ann().subject()));
    assertNotNull(node.limits.tryAcquire(node.ann().tenant(), node.ann().subject()));
    assertNull(node.limits.tryAcquire(node.ann().tenant(), node.ann().subject()));
  }

  @Test
  void aCursorThatWouldNotFitIsRefusedAtTheStart() throws ProblemException {
    String[] many = new String[40];
    for (int i = 0; i < many.length; i++) {
      many[i] = "c" + i + "-" + "x".repeat(190);
    }
    Stream stream = live(many);
    assertEquals(Code.TOO_MANY_CHANNELS, refusal(stream));
    node.run();
    assertTrue(node.isQuiet());
  }

  @Test
  void aCursorThatGrowsTooLongEndsTheStreamWithALastIdThatFits() throws ProblemException {
    Stream stream = live("c*");
    for (int i = 0; i < 40; i++) {
      node.publish("c" + i + "-" + "x".repeat(190), "1");
    }
    List<Event> frames = stream.events();
    assertEquals("end", frames.get(frames.size() - 1).type());
    assertEquals(List.of("too_many_channels 4403"), stream.line().closed);
    assertTrue(publications(frames).size() > 20);
    for (Event frame : frames) {
      assertTrue(frame.id() == null || frame.id().length() <= Cursor.MAX_LENGTH);
    }
    assertTrue(node.isQuiet());
  }

  @Test
  void anErasedMessageOnlyMovesTheCursor() throws ProblemException {
    TenantChannel channel = new TenantChannel(TestNode.ACME, new ChannelName("a"));
    node.publish("a", "\"secret\"");
    node.publish("a", "2");
    String epoch = node.broker.states(channel, 1).get(0).epoch();
    assertEquals(1, node.broker.erase(new StreamKey(channel, 0, epoch), Set.of(1L)));
    Stream stream = open(FakeStreamRequest.channels("a").with("fromSequence", "0"));
    List<Event> events = stream.events();
    assertEquals(
        Arrays.asList("subscribed", "skipped", null), events.stream().map(Event::type).toList());
    assertFalse(events.get(1).data().contains("secret"), events.get(1).data());
    assertTrue(events.get(1).data().contains("\"sequence\":1"), events.get(1).data());
    stream.session().onTransportClosed();
    node.run();
  }

  private void publish(boolean ephemeral, @Nullable String except) {
    Message message = Message.of("1").withOrigin(new Origin(null, except));
    node.publish(new PublishRequest(new ChannelName("a"), null, null, message, ephemeral));
  }

  @Test
  void whatIsEphemeralMovesNoCursorAndWhatIsForOthersDoes() throws ProblemException {
    Stream stream = live("a");
    Stream other = live("a");
    Event first = stream.events().get(0);
    Object session = JsonTree.object(first.data()).get("session");
    node.publish("a", "1");
    publish(true, null);
    publish(true, String.valueOf(session));
    publish(false, String.valueOf(session));
    List<Event> events = stream.events();
    assertEquals(
        Arrays.asList("subscribed", null, "ephemeral", "skipped"),
        events.stream().map(Event::type).toList());
    assertNull(events.get(2).id());
    Event skipped = events.get(3);
    assertFalse(skipped.data().contains("payload"), skipped.data());
    List<Event> others = other.events();
    assertEquals(
        Arrays.asList("subscribed", null, "ephemeral", "ephemeral", null),
        others.stream().map(Event::type).toList());
    assertEquals(others.get(4).id(), skipped.id());
    stream.session().onTransportClosed();
    other.session().onTransportClosed();
    node.run();
  }

  @Test
  void beginsWithTheNewestPublicationsUnlessItResumes() throws ProblemException {
    for (int i = 1; i <= 5; i++) {
      node.publish("a", String.valueOf(i));
    }
    Stream stream = prepare(FakeStreamRequest.channels("a").with("last", "2"));
    assertInstanceOf(EventSession.Opening.Begun.class, stream.opening()).start().run();
    node.run();
    assertEquals(2, publications(stream.events()).size());
    String id = Objects.requireNonNull(stream.events().get(1).id());
    stream.session().onTransportClosed();
    Stream resumed =
        prepare(FakeStreamRequest.channels("a").with("last", "2").with("lastEventId", id));
    assertInstanceOf(EventSession.Opening.Begun.class, resumed.opening()).start().run();
    node.run();
    assertEquals(1, publications(resumed.events()).size(), "the cursor has precedence");
    resumed.session().onTransportClosed();
    for (String bad : List.of("0", "1001", "x", "-1", "1.5", "")) {
      assertThrows(
          ProblemException.class,
          () -> SseRequest.of(FakeStreamRequest.channels("a").with("last", bad)),
          bad);
    }
    assertThrows(
        ProblemException.class,
        () ->
            SseRequest.of(
                FakeStreamRequest.channels("a").with("last", "1").with("fromSequence", "0")));
  }

  /** The ids make a replay far larger than its publications. */
  @Test
  void aReplayWithLongCursorsDoesNotOverflow() throws ProblemException {
    String wide = "w" + "x".repeat(150);
    for (int i = 0; i < 200; i++) {
      node.publish(wide, "1");
    }
    String[] targets = new String[3];
    targets[0] = wide;
    for (int i = 1; i < targets.length; i++) {
      targets[i] = "m" + i + "-" + "x".repeat(150);
    }
    Stream stream = prepare(FakeStreamRequest.channels(targets).with("fromSequence", "0"));
    TestNode.FakeTransport line = stream.line();
    line.reading = false;
    assertInstanceOf(EventSession.Opening.Begun.class, stream.opening()).start().run();
    node.run();
    while (!line.unread.isEmpty()) {
      line.unread.poll().accept(null);
      node.run();
    }
    assertEquals(List.of(), line.closed);
    assertEquals(200, publications(stream.events()).size());
    stream.session().onTransportClosed();
  }

  @Test
  void aStreamHasHeartbeatsAndEndsWithItsToken() throws ProblemException {
    Stream stream = live("a");
    node.advance(Duration.ofSeconds(20));
    assertEquals(1, stream.line().heartbeats);
    node.advance(Duration.ofHours(1));
    List<Event> frames = stream.events();
    assertEquals("end", frames.get(frames.size() - 1).type());
    assertEquals(List.of("token_expired 4402"), stream.line().closed);
    assertTrue(node.isQuiet());
  }
}
