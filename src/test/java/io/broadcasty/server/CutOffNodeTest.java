package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.TcpProxy;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.streams.broker.StoreCondition;
import io.broadcasty.wire.Code;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests three whole nodes, each with a line of its own to a Redis. */
@Tag("stores")
@Execution(ExecutionMode.CONCURRENT) // most of it is waiting
class CutOffNodeTest {

  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int CONNECTIONS = 20;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final RedisSettings settings = RedisServer.shared().settings();
  private final List<TcpProxy> lines = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();

  private void open(int count) {
    for (int i = 0; i < count; i++) {
      TcpProxy line = new TcpProxy(RedisServer.shared().port());
      lines.add(line);
      Node node =
          WholeNode.open(
              Map.of(
                  "broadcasty.replay.store",
                  "redis",
                  "broadcasty.redis.url",
                  "redis://127.0.0.1:" + line.port(),
                  "broadcasty.redis.prefix",
                  settings.prefix()),
              dir.resolve("node" + i));
      nodes.add(node);
      for (int c = 0; c < CONNECTIONS; c++) {
        connect(node, "user" + c);
      }
    }
    await("all nodes", () -> nodes.stream().allMatch(node -> node.nodes().nodes().size() == count));
  }

  private static boolean connect(Node node, String subject) {
    return WholeNode.connection(node).open(WholeNode.member(subject));
  }

  @AfterEach
  void close() {
    lines.forEach(TcpProxy::restore);
    nodes.forEach(Node::close);
    lines.forEach(TcpProxy::close);
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private void cutOffAlone(Runnable fault) {
    open(3);
    fault.run();
    await("its streams end", () -> nodes.get(0).sessions().size() == 0);
    var why = nodes.get(0).sessions().suspension();
    assertNotNull(why);
    assertEquals(Code.UNAVAILABLE, why.code());
    for (Node other : nodes.subList(1, 3)) {
      assertEquals(CONNECTIONS, other.sessions().size());
      assertNull(other.sessions().suspension());
    }
    lines.get(0).restore();
    await("its return", () -> nodes.get(0).sessions().suspension() == null);
    assertTrue(connect(nodes.get(0), "ann"));
    assertEquals(1, nodes.get(0).sessions().size());
  }

  @Test
  void theStreamsOfANodeWhoseLinesAreCutEnd() {
    cutOffAlone(() -> lines.get(0).cut());
  }

  @Test
  void theStreamsOfANodeWhoseLinesAreSilentEnd() {
    cutOffAlone(() -> lines.get(0).swallowAll(TcpProxy.Direction.values()));
  }

  @Test
  void streamsStayOpenWhileAllNodesAreCutOff() {
    open(3);
    lines.forEach(TcpProxy::cut);
    await(
        "all notice",
        () ->
            nodes.stream()
                .allMatch(node -> node.broker().condition().state() == StoreCondition.State.DOWN));
    staysUntil(Duration.ofSeconds(10));
    lines.forEach(TcpProxy::restore);
    staysUntil(Duration.ofSeconds(8)); // also while one knows earlier than another
  }

  private void staysUntil(Duration end) {
    long endNanos = System.nanoTime() + end.toNanos();
    while (System.nanoTime() < endNanos) {
      for (Node node : nodes) {
        assertNull(node.sessions().suspension());
        assertEquals(CONNECTIONS, node.sessions().size());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }
}
