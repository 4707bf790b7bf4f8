package io.broadcasty.protocol.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.Member;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How much memory a client can ask for with a few bytes. */
class ReplySizeTest {

  private static final int MEMBERS = 200;
  private static final String MEMBERS_COMMAND =
      "{\"id\":%d,\"command\":\"members\",\"channel\":\"presence-a\",\"limit\":1000}";

  private final TestNode node = new TestNode();

  private TestNode.Client connectToManyMembers() {
    node.tenants.all(all -> all.maxMembers(MEMBERS).maxMemberBytes(5_000).outboxBytes(1_000_000));
    String info = "x".repeat(4_000);
    for (int i = 0; i < MEMBERS; i++) {
      node.presence.join(
          new TenantChannel(TestNode.ACME, new ChannelName("presence-a")),
          new Member("m" + i, "{\"id\":\"m" + i + "\",\"info\":\"" + info + "\"}"),
          new Holder.Connection("another"));
    }
    return node.connect().authenticate(node.ann());
  }

  @Test
  void aMessageOfManyCommandsGetsABoundedReply() {
    TestNode.Client client = connectToManyMembers();
    String message =
        IntStream.range(0, 100)
            .mapToObj(MEMBERS_COMMAND::formatted)
            .collect(Collectors.joining(",", "[", "]"));
    client.session.onText(message);
    node.run();
    int bytes = client.frames.stream().mapToInt(frame -> frame.text().length()).sum();
    assertTrue(bytes > 500_000 && bytes < 800_000, "the reply has " + bytes + " bytes");
    String reply = client.frames.get(0).text();
    assertTrue(reply.contains("\"next\":"), "a page says how to go on");
    assertEquals(95, reply.split("\"rate_limited\"", -1).length - 1);
    client.frames.clear();
    assertEquals(1, client.send(MEMBERS_COMMAND.formatted(101)).size(), "another message");
  }

  @Test
  void repliesThatWaitForAPublicationAreBounded() {
    TestNode.Client client = connectToManyMembers();
    node.broker.slow = true;
    client.session.onText("{\"id\":1,\"command\":\"publish\",\"channel\":\"a\",\"payload\":1}");
    for (int i = 0; i < 20 && !client.session.hasEnded(); i++) {
      client.session.onText(MEMBERS_COMMAND.formatted(i));
    }
    assertTrue(client.session.hasEnded());
    node.run();
    assertEquals(List.of("rate_limited 4429"), client.closed);
  }
}
