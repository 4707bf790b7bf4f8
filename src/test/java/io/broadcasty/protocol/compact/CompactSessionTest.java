package io.broadcasty.protocol.compact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.delivery.session.Event;
import io.broadcasty.delivery.session.EventSession;
import io.broadcasty.delivery.session.FakeStreamRequest;
import io.broadcasty.delivery.session.JsonTree;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PublishReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests connections of version 2, with time and tasks run by hand. */
class CompactSessionTest {

  private static final CompactProtocol PROTOCOL =
      new CompactProtocol(new CommandReader(new PublishReader()));

  private final TestNode node = new TestNode();

  private final class Client extends TestNode.FakeTransport {
    final MessageSession session;

    Client(String... query) throws ProblemException {
      session = PROTOCOL.accept(FakeStreamRequest.of(query)).open(node.context, this);
      session.open(node.ann());
      node.run();
    }

    Map<String, Object> ask(String command) {
      session.onText(command);
      node.run();
      List<Map<String, Object>> answers = take();
      assertEquals(1, answers.size(), answers::toString);
      return answers.get(0);
    }

    Map<String, Object> subscribe(String target) {
      return JsonTree.object(
          ask("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + target + "\"}"), "result");
    }

    List<String> texts() {
      List<String> texts = frames.stream().map(frame -> frame.text()).toList();
      frames.clear();
      return texts;
    }
  }

  @Test
  void sendsTheNumberAndRepeatsNothing() throws ProblemException {
    node.publish("a", "1");
    Client client = new Client();
    assertEquals(1L, client.subscribe("a").get("number"));
    node.publish("a", "{\"x\": 2}");
    assertEquals(List.of("{\"c\":1,\"s\":2,\"d\":{\"x\": 2}}"), client.texts());
    assertEquals(2L, connected(client).get("protocol"));
    client.session.onTransportClosed();
    node.run();
    assertEquals(true, node.isQuiet());
  }

  @Test
  void sendsWhatIsEphemeralAsInVersionOne() throws ProblemException {
    Client client = new Client();
    client.subscribe("p.*");
    client.session.onText(
        "{\"id\":2,\"command\":\"publish\",\"channel\":\"p.a\",\"payload\":1,"
            + "\"publicationId\":\"i\",\"store\":false}");
    node.run();
    List<String> texts = client.texts();
    assertEquals(2, texts.size(), texts::toString);
    assertTrue(
        texts.stream()
            .anyMatch(
                t ->
                    t.startsWith(
                        "{\"push\":\"ephemeral\",\"channel\":\"p.a\",\"id\":\"i\","
                            + "\"payload\":1,\"time\":")),
        texts::toString);
    client.session.onTransportClosed();
    node.run();
  }

  private static Map<String, Object> connected(Client client) {
    return JsonTree.object(
        client.ask("{\"id\":2,\"command\":\"connect\",\"token\":\"x\"}"), "result");
  }

  @Test
  void aReplayEqualsLivePublications() throws ProblemException {
    node.publish("a", "1");
    Client live = new Client();
    live.subscribe("a");
    node.publish("a", "2");
    Client late = new Client();
    List<String> replayed = new ArrayList<>();
    late.session.onText(
        "{\"id\":1,\"command\":\"subscribe\",\"channel\":\"a\",\"fromSequence\":2}");
    node.run();
    late.frames.stream().skip(1).forEach(frame -> replayed.add(frame.text()));
    assertEquals(live.texts(), replayed);
    live.session.onTransportClosed();
    late.session.onTransportClosed();
    node.run();
  }

  @Test
  void allConnectionsShareAFrameAndTwoChannelsHaveTwoNumbers() throws ProblemException {
    Client first = new Client();
    Client second = new Client();
    Object number = first.subscribe("a").get("number");
    assertEquals(number, second.subscribe("a").get("number"));
    assertNotEquals(number, second.subscribe("b").get("number"));
    node.publish("a", "1");
    assertEquals(first.frames.get(0), second.frames.get(0));
    first.session.onTransportClosed();
    second.session.onTransportClosed();
    node.run();
    Client third = new Client();
    assertEquals(1L, third.subscribe("z").get("number"), "numbers come back");
    third.session.onTransportClosed();
    node.run();
  }

  @Test
  void announcesAChannelOfAPatternBeforeItsFirstPublication() throws ProblemException {
    node.publish("p.a", "1");
    Client client = new Client();
    List<Map<String, Object>> positions = JsonTree.objects(client.subscribe("p.*"), "positions");
    assertEquals(1, positions.size());
    assertEquals("p.a", positions.get(0).get("channel"));
    assertEquals(1L, positions.get(0).get("number"));
    node.publish("p.a", "2");
    assertEquals(List.of("{\"c\":1,\"s\":2,\"d\":2}"), client.texts());
    node.publish("p.b", "3");
    node.publish("p.b", "4");
    List<Map<String, Object>> messages = client.take();
    assertEquals("channel", messages.get(0).get("push"));
    assertEquals("p.b", messages.get(0).get("channel"));
    assertEquals(2L, messages.get(0).get("number"));
    assertNotNull(messages.get(0).get("epoch"));
    assertFalse(messages.get(0).containsKey("partition"));
    assertEquals(Map.of("c", 2L, "s", 1L, "d", 3L), messages.get(1));
    assertEquals(Map.of("c", 2L, "s", 2L, "d", 4L), messages.get(2));
    assertEquals(2L, client.subscribe("p.b").get("number"), "delivered already");
    client.session.onTransportClosed();
    node.run();
  }

  @Test
  void announcesANewEpochOnlyByTheLoss() throws ProblemException {
    node.publish("a", "1");
    Client client = new Client();
    client.session.onText(
        "{\"id\":1,\"command\":\"subscribe\",\"channel\":\"a\",\"since\":[{\"epoch\":\"gone\",\"partition\":0,\"sequence\":7}]}");
    node.run();
    List<Map<String, Object>> messages = client.take();
    assertEquals(3, messages.size(), messages::toString);
    assertEquals("lost", messages.get(1).get("push"));
    assertEquals(Map.of("c", 1L, "s", 1L, "d", 1L), messages.get(2));
    client.session.onTransportClosed();
    node.run();
  }

  @Test
  void includesRequestedFields() throws ProblemException {
    Client client = new Client("include", "id,time");
    client.subscribe("a");
    node.publish("a", "1");
    Map<String, Object> publication = client.take().get(0);
    assertNotNull(publication.get("i"));
    assertEquals(node.time.nowMillis(), publication.get("t"));
    client.session.onTransportClosed();
    node.run();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ID", "id,", "id,epoch", "id time"})
  void rejectsUnknownFields(String include) {
    ProblemException refusal =
        assertThrows(
            ProblemException.class,
            () -> PROTOCOL.accept(FakeStreamRequest.of("include", include)));
    assertEquals(Code.INVALID_REQUEST, refusal.problem().code());
    assertThrows(
        ProblemException.class,
        () ->
            new CompactSseProtocol()
                .accept(FakeStreamRequest.channels("a").with("include", include)));
  }

  @Test
  void eventsHaveTheNumberTheTextAndTheCursor() throws ProblemException {
    TestNode.FakeTransport line = new TestNode.FakeTransport();
    ConnectionLimiter.Permit place =
        node.limits.tryAcquire(node.ann().tenant(), node.ann().subject());
    assertNotNull(place);
    EventSession session =
        new CompactSseProtocol()
            .accept(FakeStreamRequest.channels("a", "p.*"))
            .open(node.context, line, node.ann(), place);
    assertInstanceOf(EventSession.Opening.Begun.class, session.subscribe()).start().run();
    node.run();
    node.publish("a", "1");
    node.publish("p.b", "2");
    List<Event> events = Event.all(line.frames);
    assertEquals(1L, JsonTree.object(events.get(0).data()).get("number"));
    assertEquals("{\"c\":1,\"s\":1,\"d\":1}", events.get(2).data());
    assertNotNull(events.get(2).id());
    assertEquals("channel", events.get(3).type());
    assertEquals(2L, JsonTree.object(events.get(3).data()).get("number"));
    assertEquals("{\"c\":2,\"s\":1,\"d\":2}", events.get(4).data());
    session.onTransportClosed();
    node.run();
    assertEquals(true, node.isQuiet());
  }
}
