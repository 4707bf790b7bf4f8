package io.broadcasty.transport.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.memory.MemoryLimits;
import io.broadcasty.delivery.session.Protocols;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.protocol.sse.SseProtocol;
import io.broadcasty.transport.websocket.frame.ClientFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests what an unfinished message may cost. Sockets that never finished a message of 1 MiB, and
 * had not even authenticated, once took a node's whole heap.
 */
class UnfinishedMessageTest {

  private static final int BUDGET_BYTES = 100_000;
  private static final byte[] HALF_PING = {(byte) 0x89, (byte) 0x84, 0, 0, 0, 0, 'h', 'a'};
  private static final byte[] REST_OF_PING = {'l', 'f'};

  private final TestNode node = new TestNode(List.of(), budgets());
  private final MemoryBudget inbound = node.memory.of(MemoryArea.INBOUND);
  private final FakeContainer container =
      new FakeContainer(
          node, new Protocols(List.of(TestNode.PROTOCOL), List.of(new SseProtocol())));

  private static MemoryBudgets budgets() {
    Map<MemoryArea, Long> limits = new HashMap<>();
    for (MemoryArea area : MemoryArea.values()) {
      limits.put(area, area == MemoryArea.INBOUND ? BUDGET_BYTES : 1_000_000_000L);
    }
    return new MemoryBudgets(new MemoryLimits(limits, 50));
  }

  /** Ends every connection, after which nothing may be reserved. */
  @AfterEach
  void nothingStaysReserved() throws Exception {
    for (FakeContainer.Client client : clients) {
      client.leave();
    }
    node.run();
    assertEquals(0, inbound.usedBytes());
    assertEquals(0, inbound.usedBytes(TestNode.ACME));
  }

  private final List<FakeContainer.Client> clients = new ArrayList<>();

  private FakeContainer.Client open() throws Exception {
    FakeContainer.Client client = container.open("broadcasty.v1", Map.of());
    clients.add(client);
    return client;
  }

  private FakeContainer.Client authenticated() throws Exception {
    node.tokens.put("good", new Authenticator.Authenticated(node.ann()));
    node.tenants.all(all -> all.maxConnectionsPerUser(100));
    FakeContainer.Client client = open();
    client.send("{\"id\":1,\"command\":\"connect\",\"token\":\"good\"}");
    String reply = client.messages().toString();
    assertTrue(reply.contains("\"subject\":\"ann\""), reply);
    return client;
  }

  /** Returns the beginning of a text message that announces more. */
  private static byte[] begin(int length, int announced) {
    return ClientFrame.of(ClientFrame.TEXT, " ".repeat(length))
        .key(0, 0, 0, 0)
        .withLength(announced, announced < 65_536 ? 2 : 8)
        .bytes();
  }

  @Test
  void beforeATokenAMessageIsNotLongerThanAToken() throws Exception {
    FakeContainer.Client client = open();
    client.send(begin(10, 66_560 + 1));
    assertEquals(
        "1009 payload_too_large: a message may have at most 66560 bytes before authentication",
        client.closeFrame());
  }

  @Test
  void beforeATokenAMessageAsLongAsATokenIsRead() throws Exception {
    FakeContainer.Client client = open();
    String ping = "{\"id\":1,\"command\":\"ping\"}";
    String padded = ping + " ".repeat(66_560 - ping.length());
    client.send(ClientFrame.of(ClientFrame.TEXT, padded).bytes());
    assertEquals("", client.closeFrame());
    assertEquals(1, client.messages().size());
  }

  @Test
  void theFrameAfterConnectMayHaveTheWholeLength() throws Exception {
    node.tokens.put("good", new Authenticator.Authenticated(node.ann()));
    FakeContainer.Client client = open();
    byte[] connect =
        ClientFrame.of(ClientFrame.TEXT, "{\"id\":1,\"command\":\"connect\",\"token\":\"good\"}")
            .bytes();
    String ping = "{\"id\":2,\"command\":\"ping\"}" + " ".repeat(20_000);
    byte[] second = ClientFrame.of(ClientFrame.TEXT, ping).bytes();
    byte[] together = Arrays.copyOf(connect, connect.length + second.length);
    System.arraycopy(second, 0, together, connect.length, second.length);
    client.send(together);
    assertEquals("", client.closeFrame());
    assertTrue(client.messages().toString().contains("\"reply\":2"));
  }

  @Test
  void unfinishedMessagesAreReservedUntilTheirEnd() throws Exception {
    FakeContainer.Client client = open();
    client.send(begin(8_000, 16_000));
    assertTrue(inbound.usedBytes() >= 8_000, "used " + inbound.usedBytes());
    client.send(new byte[8_000]);
    assertEquals(0, inbound.usedBytes());
  }

  @Test
  void bytesThatWaitAreReserved() throws Exception {
    FakeContainer.Client client = open();
    client.arrive(begin(8_000, 16_000));
    assertTrue(inbound.usedBytes() >= 8_000, "used " + inbound.usedBytes());
  }

  @Test
  void anUnfinishedControlFrameIsReserved() throws Exception {
    FakeContainer.Client client = open();
    client.send(HALF_PING);
    assertEquals(4, inbound.usedBytes());
    client.send(REST_OF_PING);
    assertEquals(0, inbound.usedBytes());
  }

  @Test
  void withoutMemoryTheConnectionIsClosedWithACode() throws Exception {
    for (int i = 0; i < 6; i++) {
      open().send(begin(16_000, 16_384));
    }
    FakeContainer.Client refused = open();
    refused.send(begin(16_000, 16_384));
    assertTrue(refused.closeFrame().startsWith("4505 overloaded: "), refused.closeFrame());
  }

  @Test
  void withoutMemoryForWaitingBytesTheConnectionIsClosedWithACode() throws Exception {
    inbound.reserveAnyway(BUDGET_BYTES);
    FakeContainer.Client refused = open();
    refused.send("{\"id\":1,\"command\":\"ping\"}");
    inbound.release(BUDGET_BYTES);
    assertTrue(refused.closeFrame().startsWith("4505 overloaded: "), refused.closeFrame());
  }

  @Test
  void aTenantGetsItsShareOnly() throws Exception {
    FakeContainer.Client first = authenticated();
    first.send(begin(30_000, 60_000));
    assertEquals("", first.closeFrame());
    FakeContainer.Client refused = authenticated();
    refused.send(begin(30_000, 60_000));
    assertTrue(refused.closeFrame().startsWith("4431 memory_limit: "), refused.closeFrame());
    FakeContainer.Client other = open();
    other.send(begin(16_000, 16_384));
    assertEquals("", other.closeFrame());
  }

  @Test
  void aMessageMustBecomeWholeInTime() throws Exception {
    FakeContainer.Client client = authenticated();
    client.send(begin(10, 1000));
    for (int i = 0; i < 31; i++) {
      node.advance(Duration.ofSeconds(1));
      client.send(new byte[] {' '});
      node.run();
    }
    assertTrue(client.closeFrame().startsWith("4411 request_timeout: "), client.closeFrame());
  }

  @Test
  void aPingThatNeverEndsIsNotKept() throws Exception {
    FakeContainer.Client client = authenticated();
    client.send(HALF_PING);
    node.advance(Duration.ofSeconds(31));
    node.run();
    assertTrue(client.closeFrame().startsWith("4411 request_timeout: "), client.closeFrame());
  }

  @Test
  void pingsWithinAMessageDoNotProlongIt() throws Exception {
    FakeContainer.Client client = authenticated();
    client.send(ClientFrame.of(ClientFrame.TEXT, "[").notLast().bytes());
    for (int i = 0; i < 31; i++) {
      node.advance(Duration.ofSeconds(1));
      client.send(ClientFrame.of(ClientFrame.PING, "").bytes());
    }
    node.run();
    assertTrue(client.closeFrame().startsWith("4411 request_timeout: "), client.closeFrame());
  }

  @Test
  void eachMessageHasItsOwnTime() throws Exception {
    FakeContainer.Client client = authenticated();
    byte[] ping = ClientFrame.of(ClientFrame.TEXT, "{\"id\":1,\"command\":\"ping\"}").bytes();
    int half = ping.length / 2;
    byte[] endAndBegin = new byte[ping.length];
    System.arraycopy(ping, half, endAndBegin, 0, ping.length - half);
    System.arraycopy(ping, 0, endAndBegin, ping.length - half, half);
    client.send(Arrays.copyOf(ping, half));
    for (int i = 0; i < 5; i++) {
      node.advance(Duration.ofSeconds(20));
      client.send(endAndBegin.clone());
    }
    assertEquals("", client.closeFrame());
  }

  @Test
  void aDisconnectReleasesEverything() throws Exception {
    FakeContainer.Client client = open();
    client.send(begin(8_000, 16_000));
    client.arrive(new byte[4_000]);
    client.leave();
    assertEquals(0, inbound.usedBytes());
  }
}
