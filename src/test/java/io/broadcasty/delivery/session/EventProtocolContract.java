package io.broadcasty.delivery.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of every protocol over Server-Sent Events. */
public abstract class EventProtocolContract {

  private final TestNode node = new TestNode();

  /** Returns the protocol under test. */
  protected abstract EventProtocol protocol();

  private record Stream(
      TestNode.FakeTransport line, EventSession session, EventSession.Opening opening) {}

  private Stream open(FakeStreamRequest request) throws ProblemException {
    TestNode.FakeTransport line = new TestNode.FakeTransport();
    ConnectionLimiter.Permit place =
        node.limits.tryAcquire(node.ann().tenant(), node.ann().subject());
    assertNotNull(place);
    EventSession session = protocol().accept(request).open(node.context, line, node.ann(), place);
    EventSession.Opening opening = session.subscribe();
    if (opening instanceof EventSession.Opening.Begun begun) {
      begun.start().run();
    } else {
      session.onTransportClosed();
    }
    node.run();
    return new Stream(line, session, opening);
  }

  @Test
  void itsNameNeedsNoEscapesInAQuery() {
    assertTrue(protocol().name().matches("[A-Za-z0-9._-]+"), protocol().name());
  }

  @Test
  void framesAreWholeEventsSharedByEqualStreams() throws ProblemException {
    Stream first = open(FakeStreamRequest.channels("a"));
    Stream second = open(FakeStreamRequest.channels("a"));
    for (int i = 1; i <= 3; i++) {
      node.publish("a", "\"" + i + "\"");
    }
    List<EncodedFrame> frames = first.line.frames;
    List<Event> events = Event.all(frames);
    for (int i = 1; i <= 3; i++) {
      EncodedFrame frame = frames.get(frames.size() - 4 + i);
      assertTrue(frame.text().contains("\"" + i + "\""), frame.text());
      assertEquals(
          Event.of(frame), Event.of(second.line.frames.get(second.line.frames.size() - 4 + i)));
    }
    assertSame(
        frames.get(frames.size() - 1), second.line.frames.get(second.line.frames.size() - 1));
    Event last = events.get(events.size() - 1);
    assertNotNull(last.id());
    first.session.onTransportClosed();
    second.session.onTransportClosed();
    node.run();
    node.publish("a", "\"4\"");
    Stream resumed = open(FakeStreamRequest.channels("a").with("lastEventId", last.id()));
    List<EncodedFrame> after = resumed.line.frames;
    assertTrue(after.get(after.size() - 1).text().contains("\"4\""));
    assertTrue(after.stream().noneMatch(frame -> frame.text().contains("\"3\"")));
    resumed.session.onTransportClosed();
    node.run();
    assertTrue(node.isQuiet());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "17",
        "a",
        "a!",
        "a!e:0:1|",
        "a!e:0:1~e:0:2",
        "a b!e:0:1",
        "a!e:99999:1",
        "a!e:0:99999999999999999999",
        "0123456789abcdef0123456789abcdef",
        "{\"sequence\":1}",
        "é"
      })
  void anIdOfAnotherServerIsLostAndTheStreamGoesOn(String foreign) throws ProblemException {
    node.publish("a", "\"1\"");
    node.publish("a.b", "\"2\"");
    for (String target : List.of("a", "a.*")) {
      Stream stream = open(FakeStreamRequest.channels(target).with("lastEventId", foreign));
      List<Event> events = Event.all(stream.line.frames);
      Event lost =
          events.stream().filter(each -> "lost".equals(each.type())).findFirst().orElseThrow();
      assertTrue(lost.data().contains("\"epoch\":\"unknown\""), lost.data());
      assertTrue(events.get(events.size() - 1).data().contains(target.equals("a") ? "1" : "2"));
      stream.session.onTransportClosed();
      node.run();
    }
  }

  @Test
  void anIdOfAnotherServerOnAChannelWithoutPublicationsIsLostToo() throws ProblemException {
    Stream stream =
        open(FakeStreamRequest.channels("nothing").with("lastEventId", "x".repeat(9000)));
    assertTrue(Event.all(stream.line.frames).stream().anyMatch(each -> "lost".equals(each.type())));
    node.publish("nothing", "\"1\"");
    node.run();
    List<EncodedFrame> frames = stream.line.frames;
    assertTrue(frames.get(frames.size() - 1).text().contains("\"1\""));
  }

  private void probe(Duration after) {
    node.time.advance(after);
    node.sessions.probe(node.ann().tenant(), node.ann().subject());
    node.run();
  }

  private void sweep() {
    node.time.advance(Duration.ofSeconds(1));
    node.sessions.sweep();
    node.run();
  }

  /** A closed connection fails at the second write only. */
  @Test
  void aClientThatMayHaveLeftIsWrittenToAFewTimes() throws ProblemException {
    Stream stream = open(FakeStreamRequest.channels("a"));
    probe(Duration.ofMillis(99));
    assertEquals(0, stream.line.heartbeats, "it has just opened");
    probe(Duration.ofMillis(1));
    assertEquals(1, stream.line.heartbeats);
    probe(Duration.ofMillis(99));
    assertEquals(1, stream.line.heartbeats, "the answer may still be on its way");
    for (int expected : List.of(2, 3, 3)) {
      sweep();
      assertEquals(expected, stream.line.heartbeats);
    }
  }

  @Test
  void aClientThatHasLeftMakesRoomWhenItsUserOpensAnother() throws ProblemException {
    for (int reload = 0; reload < 1000; reload++) { // many more than a user may have
      Stream stream = open(FakeStreamRequest.channels("a"));
      stream.line.broken = true;
      probe(Duration.ofMillis(100));
    }
    assertTrue(node.isQuiet());
  }

  @Test
  void aTransportThatNoticesDisconnectsIsNotProbed() throws ProblemException {
    Stream stream = open(FakeStreamRequest.channels("a"));
    stream.line.noticesDisconnects = true;
    probe(Duration.ofSeconds(1));
    assertEquals(0, stream.line.heartbeats);
  }

  @Test
  void sendsTheEndLastAndClosesTheTransportOnce() throws ProblemException {
    Stream stream = open(FakeStreamRequest.channels("a"));
    stream.session.end(Problem.of(Code.DRAINING, "the node ends"));
    node.run();
    List<Event> events = Event.all(stream.line.frames);
    assertTrue(events.get(events.size() - 1).data().contains("draining"));
    assertEquals(List.of("draining 4503"), stream.line.closed);
    assertTrue(node.isQuiet());
  }

  @Test
  void refusesADeniedStreamWithoutTraces() throws ProblemException {
    Stream stream = open(FakeStreamRequest.channels("a", "secret"));
    assertEquals(
        Code.FORBIDDEN,
        assertInstanceOf(EventSession.Opening.Refused.class, stream.opening).problem().code());
    assertTrue(node.isQuiet());
    assertEquals(
        Code.INVALID_REQUEST,
        assertThrows(ProblemException.class, () -> protocol().accept(FakeStreamRequest.of()))
            .problem()
            .code());
  }
}
