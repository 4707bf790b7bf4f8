package io.broadcasty.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.broker.Envelope;
import io.broadcasty.broker.Message;
import io.broadcasty.broker.Position;
import io.broadcasty.broker.Publication;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPresence;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract of every protocol over WebSocket. */
public abstract class MessageProtocolContract {

  private static final TenantChannel CHANNEL = new TenantChannel(Node.ACME, new ChannelName("a"));

  private final Node node = new Node();

  /** Returns the protocol under test. */
  protected abstract MessageProtocol protocol();

  private record Connection(Node.Line line, MessageSession session) {}

  private Connection open() throws ProblemException {
    Node.Line line = new Node.Line();
    MessageSession session = protocol().accept(Asked.of()).open(node.context, line);
    assertTrue(session.open(node.ann()));
    node.run();
    line.frames.clear(); // the protocol may have sent a greeting
    return new Connection(line, session);
  }

  private static EncodedPublication publication(String payload) {
    return new EncodedPublication(
        new Publication(
            new Envelope(CHANNEL, 0, "i", false, Message.of(payload)), new Position("e", 0, 1), 1),
        1);
  }

  @Test
  void itsNameIsATokenOfHttp() {
    assertTrue(protocol().name().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+"), protocol().name());
  }

  @Test
  void connectionsOfOneKindAreSentTheSameFrame() throws ProblemException {
    Connection first = open();
    Connection second = open();
    EncodedPublication publication = publication("{\"a\": \"ü\"}");
    EncodedPresence change =
        new EncodedPresence(new PresenceChange(CHANNEL, 1, List.of(), List.of("ann")));
    for (Connection each : List.of(first, second)) {
      each.session.publication(publication);
      each.session.presence(change);
    }
    node.run();
    assertEquals(2, first.line.frames.size());
    for (int i = 0; i < 2; i++) {
      EncodedFrame frame = first.line.frames.get(i);
      assertSame(frame, second.line.frames.get(i));
      assertFalse(frame.text().isEmpty());
    }
    first.session.gone();
    second.session.gone();
    node.run();
  }

  @Test
  void theEndIsSaidLastAndTheTransportClosedOnce() throws ProblemException {
    Connection connection = open();
    connection.session.publication(publication("1"));
    connection.session.end(Problem.of(Code.DRAINING, "the node ends"));
    connection.session.end(Problem.of(Code.IDLE, "too late"));
    node.run();
    List<EncodedFrame> frames = connection.line.frames;
    assertEquals(2, frames.size());
    assertTrue(frames.get(1).text().contains("draining"), frames.get(1).text());
    assertEquals(List.of("draining 4503"), connection.line.closed);
    assertTrue(node.isQuiet());
  }

  @Test
  void aBinaryMessageEndsWhatKnowsNone() throws ProblemException {
    Connection connection = open();
    connection.session.onBinary();
    node.run();
    assertEquals(List.of("protocol_error 4400"), connection.line.closed);
  }

  @Test
  void aSilentConnectionEndsAndOneThatIsHeardOfDoesNot() throws ProblemException {
    Connection silent = open();
    Connection heard = open();
    for (int i = 0; i < 3; i++) {
      node.pass(Duration.ofSeconds(20));
      heard.session.heard();
    }
    assertEquals(List.of("idle 4409"), silent.line.closed);
    assertEquals(List.of(), heard.line.closed);
    heard.session.gone();
    node.run();
    assertTrue(node.isQuiet());
  }
}
