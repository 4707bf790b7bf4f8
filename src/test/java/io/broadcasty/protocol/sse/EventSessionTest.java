package io.broadcasty.protocol.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.broker.Message;
import io.broadcasty.broker.PublishRequest;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.lifecycle.ConnectionEvent;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Cursor;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.protocol.Since;
import io.broadcasty.ratelimit.ConnectionLimiter;
import io.broadcasty.session.JsonTree;
import io.broadcasty.session.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** One SSE stream's life, with time and tasks run by hand. */
class EventSessionTest {

  private final Node node = new Node();

  private record Stream(Node.Line line, EventSession session, EventSession.Opening opening) {

    String lastId() {
      return Objects.requireNonNull(line.frames.get(line.frames.size() - 1).id());
    }
  }

  private Stream open(Since since, String... targets) {
    Node.Line line = new Node.Line();
    ConnectionLimiter.Lease place =
        node.limits.tryAcquire(node.ann().tenant(), node.ann().subject());
    assertNotNull(place);
    EventSession session = new EventSession(node.context, line, node.ann(), place);
    EventSession.Opening opening = session.subscribe(node.ann(), List.of(targets), since);
    if (opening.problem() != null) {
      session.gone();
    }
    opening.start().run();
    node.run();
    return new Stream(line, session, opening);
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

  private static List<String> publications(List<EncodedFrame> frames) {
    return frames.stream()
        .filter(f -> f.event() == null)
        .map(f -> JsonTree.object(f.text()))
        .map(p -> p.get("channel") + "/" + p.get("partition") + "/" + p.get("sequence"))
        .toList();
  }

  @Test
  void everyIdResumesExactlyBehindItsEvent() throws ProblemException {
    Stream whole = open(new Since.Live(), "wide", "a", "p.*");
    for (int i = 0; i < 12; i++) {
      publishByKey("wide", "key-" + i);
      node.publish("a", "1");
      node.publish("p." + i % 2, "1");
    }
    whole.session().gone();
    List<EncodedFrame> frames = whole.line().frames;
    assertEquals(36, publications(frames).size());
    for (int seen = 3; seen <= frames.size(); seen++) {
      EncodedFrame last = frames.get(seen - 1);
      Stream resumed = open(Cursor.parse(Objects.requireNonNull(last.id())), "wide", "a", "p.*");
      List<String> both = new ArrayList<>(publications(frames.subList(0, seen)));
      both.addAll(publications(resumed.line().frames));
      List<String> expected = new ArrayList<>(publications(frames));
      expected.sort(null);
      both.sort(null);
      assertEquals(expected, both, "after " + seen + " events");
      resumed.session().gone();
      node.run();
    }
    assertTrue(node.isQuiet());
    assertEquals(frames.size() - 1, node.listener.of(ConnectionEvent.Disconnected.class).size());
  }

  /** The line breaks after `subscribed` and before `lost`: the loss must still be told. */
  @Test
  void aLossThatWasNotWrittenIsToldToTheNextStream() throws ProblemException {
    node.publish("a", "1");
    Since unknown = Cursor.parse("a!gone:0:7");
    Stream first = open(unknown, "a");
    EncodedFrame subscribed = first.line().frames.get(0);
    assertEquals("subscribed", subscribed.event());
    assertEquals("lost", first.line().frames.get(1).event());
    first.session().gone();
    Stream second = open(Cursor.parse(Objects.requireNonNull(subscribed.id())), "a");
    assertEquals("lost", second.line().frames.get(1).event());
    second.session().gone();
    Stream third = open(Cursor.parse(second.lastId()), "a");
    assertEquals(1, third.line().frames.size(), "and not told again");
    third.session().gone();
  }

  /**
   * An empty id is not sent back by an EventSource, so it would begin anew and miss the channel.
   */
  @Test
  void aPatternThatHadNoChannelYetResumesToo() throws ProblemException {
    Stream first = open(new Since.Live(), "orders.*");
    assertTrue(!first.lastId().isBlank());
    first.session().gone();
    node.publish("orders.a", "1");
    Stream second = open(Cursor.parse(first.lastId()), "orders.*");
    assertEquals(List.of("orders.a/0/1"), publications(second.line().frames));
    second.session().gone();
  }

  @Test
  void aRefusedTargetIsAProblemAndLeavesNothing() {
    Stream stream = open(new Since.Live(), "a", "secret");
    assertEquals(Code.FORBIDDEN, Objects.requireNonNull(stream.opening().problem()).code());
    node.run();
    assertTrue(node.isQuiet());
    assertNotNull(node.limits.tryAcquire(node.ann().tenant(), node.ann().subject()));
    assertNotNull(node.limits.tryAcquire(node.ann().tenant(), node.ann().subject()));
    assertNull(node.limits.tryAcquire(node.ann().tenant(), node.ann().subject()));
  }

  @Test
  void aCursorThatWouldNotFitIsRefusedAtTheStart() {
    String[] many = new String[40];
    for (int i = 0; i < many.length; i++) {
      many[i] = "c" + i + "-" + "x".repeat(190);
    }
    Stream stream = open(new Since.Live(), many);
    assertEquals(Code.TOO_MANY_CHANNELS, Objects.requireNonNull(stream.opening().problem()).code());
    node.run();
    assertTrue(node.isQuiet());
  }

  @Test
  void aCursorThatGrowsTooLongEndsTheStreamWithALastIdThatFits() {
    Stream stream = open(new Since.Live(), "c*");
    for (int i = 0; i < 40; i++) {
      node.publish("c" + i + "-" + "x".repeat(190), "1");
    }
    List<EncodedFrame> frames = stream.line().frames;
    assertEquals("end", frames.get(frames.size() - 1).event());
    assertEquals(List.of("too_many_channels 4403"), stream.line().closed);
    assertTrue(publications(frames).size() > 20);
    for (EncodedFrame frame : frames) {
      assertTrue(frame.id() == null || frame.id().length() <= Cursor.MAX_LENGTH);
    }
    assertTrue(node.isQuiet());
  }

  /** Its ids make a replay far larger than the publications are. */
  @Test
  void aReplayWithLongCursorsDoesNotOverflow() {
    String wide = "w" + "x".repeat(150);
    for (int i = 0; i < 200; i++) {
      node.publish(wide, "1");
    }
    Node.Line line = new Node.Line();
    line.reading = false;
    ConnectionLimiter.Lease place =
        node.limits.tryAcquire(node.ann().tenant(), node.ann().subject());
    assertNotNull(place);
    EventSession session = new EventSession(node.context, line, node.ann(), place);
    String[] more = new String[20];
    for (int i = 0; i < more.length; i++) {
      more[i] = "m" + i + "-" + "x".repeat(150);
    }
    List<String> targets = new ArrayList<>(List.of(more));
    targets.add(0, wide);
    EventSession.Opening opening =
        session.subscribe(node.ann(), targets.subList(0, 3), new Since.FromSequence(0));
    opening.start().run();
    node.run();
    while (!line.unread.isEmpty()) {
      line.unread.poll().accept(null);
      node.run();
    }
    assertEquals(List.of(), line.closed);
    assertEquals(200, publications(line.frames).size());
    session.gone();
  }

  @Test
  void aStreamHasHeartbeatsAndEndsWithItsToken() {
    Stream stream = open(new Since.Live(), "a");
    node.pass(Duration.ofSeconds(20));
    assertEquals(1, stream.line().heartbeats);
    node.pass(Duration.ofHours(1));
    List<EncodedFrame> frames = stream.line().frames;
    assertEquals("end", frames.get(frames.size() - 1).event());
    assertEquals(List.of("token_expired 4402"), stream.line().closed);
    assertTrue(node.isQuiet());
  }
}
