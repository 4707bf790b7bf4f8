package io.broadcasty.cluster.nodes.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.core.time.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CutOffDetectorTest {

  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final ManualTime time = new ManualTime();
  private final List<NodePeer> peers = new ArrayList<>(List.of(peer("b"), peer("c")));
  private final Set<String> connected = new HashSet<>(Set.of("a", "b", "c"));
  private final List<String> asked = new ArrayList<>();
  private final CutOffDetector detector =
      new CutOffDetector(
          () -> connected.contains("a"), () -> List.copyOf(peers), this::ask, LIMIT, time);

  private static NodePeer peer(String name) {
    return new NodePeer(name, InetSocketAddress.createUnresolved("none", 1));
  }

  private boolean ask(NodePeer peer) {
    asked.add(peer.name());
    return connected.contains(peer.name());
  }

  private void check(int seconds) {
    for (int second = 0; second < seconds; second++) {
      detector.check();
      time.advance(Duration.ofSeconds(1));
    }
  }

  @Test
  void asksNobodyWhileItReachesRedis() {
    check(20);
    assertFalse(detector.isCutOff());
    assertEquals(List.of(), asked);
  }

  @Test
  void isCutOffOnceAnotherReachesRedisForAWhile() {
    connected.removeAll(Set.of("a", "c"));
    check(5);
    assertFalse(detector.isCutOff());
    check(1);
    assertTrue(detector.isCutOff());
    connected.add("a");
    check(1);
    assertFalse(detector.isCutOff());
  }

  @Test
  void isNotCutOffWhileNoOtherReachesRedis() {
    connected.clear();
    check(60);
    assertFalse(detector.isCutOff());
    connected.add("b"); // which notices first that Redis is back
    check(4);
    connected.add("a");
    check(4);
    assertFalse(detector.isCutOff());
    connected.remove("a"); // and the time counts from now on
    check(5);
    assertFalse(detector.isCutOff());
    check(1);
    assertTrue(detector.isCutOff());
    connected.clear();
    check(1);
    assertFalse(detector.isCutOff(), "clients are nowhere better served");
  }

  @Test
  void aNodeWithoutOthersIsNotCutOff() {
    peers.clear();
    connected.clear();
    check(60);
    assertFalse(detector.isCutOff());
  }

  @Test
  void asksAFewOfManyNodes() {
    for (int i = 0; i < 100; i++) {
      peers.add(peer("n" + i));
    }
    connected.clear();
    check(1);
    assertEquals(5, new HashSet<>(asked).size());
  }

  @Test
  void aNodeTellsItsStatusToThoseWhoAsk() throws IOException {
    BackgroundLoops loops = new BackgroundLoops(Ticker.system());
    InetAddress loopback = InetAddress.getLoopbackAddress();
    StatusServer server = new StatusServer(loopback, 0, "b", () -> connected.contains("b"), loops);
    NodePeer b = new NodePeer("b", server.address());
    try (server) {
      assertTrue(b.reachesRedis());
      assertFalse(new NodePeer("c", server.address()).reachesRedis(), "another node's port");
      connected.remove("b");
      assertFalse(b.reachesRedis());
      connected.add("b");
      assertTrue(b.reachesRedis());
    }
    assertFalse(b.reachesRedis());
  }

  @Test
  void addressesAreReadWithoutResolvingNames() {
    assertEquals(
        new NodePeer("b", new InetSocketAddress("10.1.2.3", 80)),
        NodePeer.parse("b", "10.1.2.3:80"));
    assertEquals(
        new NodePeer("b", new InetSocketAddress("fd00::1", 80)), NodePeer.parse("b", "fd00::1:80"));
    assertNull(NodePeer.parse("b", "example.com:80"));
    assertNull(NodePeer.parse("b", "10.1.2.3:99999"));
    assertNull(NodePeer.parse("b", "draining"));
    assertNull(NodePeer.parse("b", ""));
  }
}
