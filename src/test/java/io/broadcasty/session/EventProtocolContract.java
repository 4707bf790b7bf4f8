package io.broadcasty.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.ratelimit.ConnectionLimiter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract of every protocol over Server-Sent Events. */
public abstract class EventProtocolContract {

  private final Node node = new Node();

  /** Returns the protocol under test. */
  protected abstract EventProtocol protocol();

  private record Stream(Node.Line line, EventSession session, EventSession.Opening opening) {}

  private Stream open(Asked request) throws ProblemException {
    Node.Line line = new Node.Line();
    ConnectionLimiter.Lease place =
        node.limits.tryAcquire(node.ann().tenant(), node.ann().subject());
    assertNotNull(place);
    EventSession session = protocol().accept(request).open(node.context, line, node.ann(), place);
    EventSession.Opening opening = session.subscribe();
    if (opening instanceof EventSession.Opening.Begun begun) {
      begun.start().run();
    } else {
      session.gone();
    }
    node.run();
    return new Stream(line, session, opening);
  }

  @Test
  void itsNameNeedsNoEscapesInAQuery() {
    assertTrue(protocol().name().matches("[A-Za-z0-9._-]+"), protocol().name());
  }

  @Test
  void eachFrameIsAWholeEventAndStreamsThatStandAlikeShareIt() throws ProblemException {
    Stream first = open(Asked.channels("a"));
    Stream second = open(Asked.channels("a"));
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
    first.session.gone();
    second.session.gone();
    node.run();
    node.publish("a", "\"4\"");
    Stream resumed = open(Asked.channels("a").with("lastEventId", last.id()));
    List<EncodedFrame> after = resumed.line.frames;
    assertTrue(after.get(after.size() - 1).text().contains("\"4\""));
    assertTrue(after.stream().noneMatch(frame -> frame.text().contains("\"3\"")));
    resumed.session.gone();
    node.run();
    assertTrue(node.isQuiet());
  }

  @Test
  void theEndIsSaidLastAndTheTransportClosedOnce() throws ProblemException {
    Stream stream = open(Asked.channels("a"));
    stream.session.end(Problem.of(Code.DRAINING, "the node ends"));
    node.run();
    List<Event> events = Event.all(stream.line.frames);
    assertTrue(events.get(events.size() - 1).data().contains("draining"));
    assertEquals(List.of("draining 4503"), stream.line.closed);
    assertTrue(node.isQuiet());
  }

  @Test
  void whatMayNotBeHadIsRefusedAndLeavesNothing() throws ProblemException {
    Stream stream = open(Asked.channels("a", "secret"));
    assertEquals(
        Code.FORBIDDEN,
        assertInstanceOf(EventSession.Opening.Refused.class, stream.opening).problem().code());
    assertTrue(node.isQuiet());
    assertEquals(
        Code.INVALID_REQUEST,
        assertThrows(ProblemException.class, () -> protocol().accept(Asked.of())).problem().code());
  }
}
