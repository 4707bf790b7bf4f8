package io.broadcasty.delivery.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract of every protocol over WebSocket. */
public abstract class MessageProtocolContract {

  private static final TenantChannel CHANNEL =
      new TenantChannel(TestNode.ACME, new ChannelName("a"));

  private final TestNode node = new TestNode();

  /** Returns the protocol under test. */
  protected abstract MessageProtocol protocol();

  private record Connection(TestNode.FakeTransport line, MessageSession session) {}

  private Connection open() throws ProblemException {
    TestNode.FakeTransport line = new TestNode.FakeTransport();
    MessageSession session = protocol().accept(FakeStreamRequest.of()).open(node.context, line);
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
  void connectionsOfOneKindShareAFrame() throws ProblemException {
    Connection first = open();
    Connection second = open();
    EncodedPublication publication = publication("{\"a\": \"ü\"}");
    EncodedPresence change =
        new EncodedPresence(new PresenceChange(CHANNEL, 1, List.of(), List.of("ann")));
    for (Connection each : List.of(first, second)) {
      each.session.sendPublication(publication);
      each.session.sendPresence(change);
    }
    node.run();
    assertEquals(2, first.line.frames.size());
    for (int i = 0; i < 2; i++) {
      EncodedFrame frame = first.line.frames.get(i);
      assertSame(frame, second.line.frames.get(i));
      assertFalse(frame.text().isEmpty());
    }
    first.session.onTransportClosed();
    second.session.onTransportClosed();
    node.run();
  }

  @Test
  void sendsTheEndLastAndClosesTheTransportOnce() throws ProblemException {
    Connection connection = open();
    connection.session.sendPublication(publication("1"));
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
  void aBinaryMessageEndsTheSession() throws ProblemException {
    Connection connection = open();
    connection.session.onBinary();
    node.run();
    assertEquals(List.of("protocol_error 4400"), connection.line.closed);
  }

  @Test
  void endsASilentConnectionOnly() throws ProblemException {
    Connection silent = open();
    Connection received = open();
    for (int i = 0; i < 3; i++) {
      node.advance(Duration.ofSeconds(20));
      received.session.recordActivity();
    }
    assertEquals(List.of("idle 4409"), silent.line.closed);
    assertEquals(List.of(), received.line.closed);
    received.session.onTransportClosed();
    node.run();
    assertTrue(node.isQuiet());
  }
}
