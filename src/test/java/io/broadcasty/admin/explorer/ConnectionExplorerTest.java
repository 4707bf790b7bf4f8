package io.broadcasty.admin.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.cluster.question.NodeQuestions;
import io.broadcasty.cluster.question.TestQuestions;
import io.broadcasty.cluster.question.memory.MemoryAnswerStore;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests two nodes that share a store. */
class ConnectionExplorerTest {

  private static final TenantId ACME = new TenantId("acme");

  private final ManualTime time = new ManualTime();
  private final MemoryControlTopic topic = new MemoryControlTopic();
  private final MemoryAnswerStore answers = new MemoryAnswerStore();
  private final List<String> nodes = new ArrayList<>(List.of("n1", "n2"));
  private final List<String> asked = new ArrayList<>();
  private final ConnectionExplorer explorer = node("n1", 3);

  ConnectionExplorerTest() {
    node("n2", 4);
  }

  private static ExploredConnection connection(int number) {
    return new ExploredConnection(
        number,
        "sse",
        number == 1 ? "Zoë" : "u" + number,
        number == 2 ? "k2" : null,
        number == 3 ? "192.0.2.3" : null,
        1_000,
        2_000,
        number,
        10,
        20);
  }

  private ConnectionExplorer node(String name, int connections) {
    NodeQuestions questions = TestQuestions.ofNode(name, topic, answers, nodes, time);
    return new ConnectionExplorer(
        name,
        (tenant, user, transport, after, limit) -> {
          asked.add(name + " " + tenant + " " + user + " " + transport + " " + limit);
          return new OpenConnections.Found(
              connections,
              IntStream.rangeClosed(1, connections)
                  .filter(number -> number > after)
                  .limit(limit)
                  .mapToObj(ConnectionExplorerTest::connection)
                  .toList());
        },
        questions);
  }

  private static List<String> rows(ConnectionPage page) {
    return page.rows().stream().map(row -> row.node() + ":" + row.connection().number()).toList();
  }

  private ConnectionPage find(@Nullable String node, @Nullable ConnectionCursor after, int limit) {
    return explorer.find(new ConnectionSearch(ACME, null, null, node, after, limit));
  }

  @Test
  void findsTheConnectionsOfAllNodesPageByPage() {
    List<String> all = new ArrayList<>();
    ConnectionCursor after = null;
    int pages = 0;
    do {
      ConnectionPage page = find(null, after, 2);
      all.addAll(rows(page));
      pages++;
      assertEquals(Map.of("n1", 3, "n2", 4), page.counts());
      assertEquals(Set.of(), page.missing());
      ConnectionCursor next = page.next();
      after = next == null ? null : ConnectionCursor.parse(next.text());
    } while (after != null);
    assertEquals(List.of("n1:1", "n1:2", "n1:3", "n2:1", "n2:2", "n2:3", "n2:4"), all);
    assertEquals(4, pages);
  }

  @Test
  void allThatANodeSaysOfItsConnectionsArrives() {
    ConnectionPage page = find("n2", null, 3);
    assertEquals(
        List.of(connection(1), connection(2), connection(3)),
        page.rows().stream().map(ConnectionPage.Row::connection).toList());
    assertEquals(Map.of("n2", 4), page.counts());
    assertEquals(new ConnectionCursor("n2", 3), Objects.requireNonNull(page.next()));
  }

  @Test
  void nodesAreAskedForWhatIsSearched() {
    var unused =
        explorer.find(new ConnectionSearch(ACME, "Zoë", TransportType.WEBSOCKET, null, null, 5));
    assertEquals(
        List.of("n1 acme Zoë WEBSOCKET 5", "n2 acme Zoë WEBSOCKET 5"),
        asked.stream().sorted().toList());
    asked.clear();
    unused =
        explorer.find(
            new ConnectionSearch(ACME, null, null, null, new ConnectionCursor("n2", 0), 5));
    assertEquals(
        List.of("n1 acme null null 0", "n2 acme null null 5"), asked.stream().sorted().toList());
  }

  @Test
  void aNodeThatDoesNotAnswerIsNamed() {
    nodes.add("n3");
    ConnectionPage page = find(null, null, 10);
    assertEquals(Set.of("n3"), page.missing());
    assertEquals(7, page.rows().size());
    assertNull(page.next());
  }

  @Test
  void whatCannotBeReadIsNoCursorQuestionOrAnswer() {
    for (String text : List.of("", "n1", "n1:", ":1", "n1:x", "n 1:1", "n1:1234567890123456789")) {
      assertNull(ConnectionCursor.parse(text), text);
    }
    for (String text :
        List.of(
            "",
            "[]",
            "{}",
            "{\"tenant\":\"acme\"}",
            "{\"tenant\":\"acme\",\"limit\":\"x\"}",
            "{\"tenant\":\"acme\",\"limit\":1,\"after\":\"x\"}",
            "{\"tenant\":\"acme\",\"limit\":1,\"transport\":\"pigeon\"}")) {
      assertThrows(IllegalArgumentException.class, () -> ConnectionQuestion.read(text), text);
    }
    assertNull(ConnectionQuestion.readAnswer("{\"connections\":[{}]}"));
    assertNull(ConnectionQuestion.readAnswer("{\"count\":\"x\"}"));
    assertEquals(
        new OpenConnections.Found(2, List.of()),
        ConnectionQuestion.readAnswer("{\"new\":[{\"a\":1}],\"count\":2}"));
  }
}
