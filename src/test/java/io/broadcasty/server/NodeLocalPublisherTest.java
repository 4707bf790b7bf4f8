package io.broadcasty.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.PublicationEvent;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.lifecycle.RealtimeListeners;
import io.broadcasty.observability.mbeans.NodeMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what another application of the server finds and gets, through types of the JDK only. */
class NodeLocalPublisherTest {

  private static final Map<String, String> OFFERED = Map.of("broadcasty.local.tenant", "acme");

  private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private Set<ObjectName> names(String type) throws Exception {
    return beans.queryNames(new ObjectName("io.broadcasty:type=" + type + ",*"), null);
  }

  private ObjectName added(String type, Set<ObjectName> before) throws Exception {
    Set<ObjectName> added = new HashSet<>(names(type));
    added.removeAll(before);
    assertEquals(1, added.size());
    return added.iterator().next();
  }

  @SuppressWarnings("unchecked") // as the documentation of the attribute says
  private List<Map<String, Object>> publish(ObjectName name, List<Map<String, Object>> publications)
      throws Exception {
    var publisher =
        (Function<List<Map<String, Object>>, CompletionStage<List<Map<String, Object>>>>)
            beans.getAttribute(name, "Publisher");
    return publisher.apply(publications).toCompletableFuture().join();
  }

  private Map<String, Object> publish(ObjectName name, Map<String, Object> publication)
      throws Exception {
    return publish(name, List.of(publication)).get(0);
  }

  /** A policy or store that loads classes must find those of Broadcasty. */
  @Test
  void runsWithTheClassLoaderOfBroadcastyAndLeavesThatOfItsCaller() throws Exception {
    Set<ObjectName> before = names("LocalPublisher");
    Thread thread = Thread.currentThread();
    ClassLoader usual = thread.getContextClassLoader();
    ClassLoader ofCaller = new ClassLoader(null) {};
    List<ClassLoader> seen = new ArrayList<>();
    try (Node node = WholeNode.open(OFFERED, dir)) {
      ObjectName name = added("LocalPublisher", before);
      ((RealtimeListeners) node.listener())
          .add(
              new RealtimeListener() {
                @Override
                public void onAppendStarted(PublicationEvent.AppendStarted started) {
                  seen.add(Thread.currentThread().getContextClassLoader());
                }
              });
      thread.setContextClassLoader(ofCaller);
      var unused = publish(name, Map.of("channel", "a", "payload", json("1")));
      assertSame(ofCaller, thread.getContextClassLoader());
      assertEquals(List.of(Node.class.getClassLoader()), seen);
    } finally {
      thread.setContextClassLoader(usual);
    }
  }

  private static byte[] json(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void publishesAsTheConfiguredCallerAndLeavesNothing() throws Exception {
    Set<ObjectName> before = names("LocalPublisher");
    try (Node unused = WholeNode.open(OFFERED, dir)) {
      ObjectName name = added("LocalPublisher", before);
      Map<String, Object> publication =
          Map.of(
              "channel", "orders.eu",
              "payload", json("{\"order\":17}"),
              "id", "order-17",
              "event", "paid",
              "headers", Map.of("source", "desk"));
      Map<String, Object> first = publish(name, publication);
      assertEquals("orders.eu", first.get("channel"));
      assertEquals(1L, first.get("sequence"));
      assertEquals(false, first.get("duplicate"));
      assertEquals("order-17", first.get("id"));
      Map<String, Object> again = publish(name, publication);
      assertEquals(1L, again.get("sequence"));
      assertEquals(true, again.get("duplicate"));
      Map<String, Object> unkept =
          publish(name, Map.of("channel", "a", "payload", json("1"), "store", false));
      assertEquals(false, unkept.get("stored"));
    }
    assertEquals(before, names("LocalPublisher"));
  }

  @Test
  void refusesEachPublicationByTheRulesOfHttp() throws Exception {
    Set<ObjectName> before = names("LocalPublisher");
    try (Node unused = WholeNode.open(OFFERED, dir)) {
      ObjectName name = added("LocalPublisher", before);
      List<Map<String, Object>> results =
          publish(
              name,
              List.of(
                  Map.of("channel", "a", "payload", json("{")),
                  Map.of("channel", "a", "payload", json("1},{\"channel\":\"b\",\"payload\":2")),
                  Map.of("channel", "a", "payload", json("")),
                  Map.of("channel", "a.*", "payload", json("1")),
                  Map.of("channel", "a", "payload", json("1"), "chanel", "b"),
                  Map.of("channel", "a", "payload", json("\"" + "x".repeat(70_000) + "\"")),
                  Map.of("channel", "a", "payload", 1),
                  Map.of("channel", "a", "payload", json("2"))));
      assertEquals(
          List.of(
              "invalid_json",
              "invalid_json",
              "invalid_json",
              "invalid_channel",
              "invalid_request",
              "payload_too_large",
              "invalid_request"),
          results.stream().limit(7).map(result -> result.get("code")).toList());
      assertEquals(1L, results.get(7).get("sequence"));
      assertTrue(String.valueOf(results.get(4).get("detail")).contains("chanel"));
      List<Map<String, Object>> many =
          publish(name, Collections.nCopies(101, Map.of("channel", "a", "payload", json("1"))));
      assertEquals(101, many.size());
      assertEquals("too_many_items", many.get(100).get("code"));
    }
  }

  @Test
  void rolesAndLimitsAreThoseOfTheConfiguration() throws Exception {
    Set<ObjectName> before = names("LocalPublisher");
    Map<String, String> settings =
        Map.of(
            "broadcasty.local.tenant", "acme",
            "broadcasty.local.roles", "member",
            "broadcasty.limits.user-bytes-burst", "1024",
            "broadcasty.limits.user-bytes-per-second", "1024");
    try (Node unused = WholeNode.open(settings, dir)) {
      ObjectName name = added("LocalPublisher", before);
      assertEquals(
          "forbidden", publish(name, Map.of("channel", "a", "payload", json("1"))).get("code"));
      Map<String, Object> tooMuch =
          publish(name, Map.of("channel", "a", "payload", json("\"" + "x".repeat(2000) + "\"")));
      assertEquals("payload_too_large", tooMuch.get("code"));
    }
  }

  @Test
  void refusesWhileTheNodeIsDrained() throws Exception {
    Set<ObjectName> before = names("LocalPublisher");
    Set<ObjectName> nodesBefore = names("Node");
    try (Node unused = WholeNode.open(OFFERED, dir)) {
      ObjectName name = added("LocalPublisher", before);
      NodeMXBean operated = JMX.newMXBeanProxy(beans, added("Node", nodesBefore), NodeMXBean.class);
      operated.drain();
      Map<String, Object> refused = publish(name, Map.of("channel", "a", "payload", json("1")));
      assertEquals(503L, refused.get("status"), refused.toString());
      operated.resume();
      assertEquals(1L, publish(name, Map.of("channel", "a", "payload", json("1"))).get("sequence"));
    }
  }

  @Test
  void isNotOfferedWhenItIsNotKnownForWhichTenant() throws Exception {
    Set<ObjectName> before = names("LocalPublisher");
    try (Node unused = WholeNode.open(Map.of(), dir)) {
      assertEquals(before, names("LocalPublisher"));
    }
    try (Node unused = WholeNode.open(Map.of("broadcasty.jwt.tenant", "main"), dir)) {
      assertTrue(names("LocalPublisher").size() > before.size());
    }
  }
}
