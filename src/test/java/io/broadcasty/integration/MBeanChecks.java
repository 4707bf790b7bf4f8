package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.tools.attach.VirtualMachine;
import io.broadcasty.observability.mbeans.ConnectionsMXBean;
import io.broadcasty.observability.mbeans.DriversMXBean;
import io.broadcasty.observability.mbeans.NodeMXBean;
import io.broadcasty.observability.mbeans.PushMXBean;
import io.broadcasty.observability.mbeans.StoreMXBean;
import java.time.Duration;
import java.util.List;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Checks what JConsole shows and does when it attaches to the process of a server. */
final class MBeanChecks {

  private final ServerProcess server;
  private final Api api;

  MBeanChecks(ServerProcess server, Api api) {
    this.server = server;
    this.api = api;
  }

  @SuppressWarnings("BanJNDI") // the address is of a process on this machine
  void showAndOperateTheNode() throws Exception {
    VirtualMachine jvm = VirtualMachine.attach(Long.toString(server.jvm()));
    JMXServiceURL address = new JMXServiceURL(jvm.startLocalManagementAgent());
    try (JMXConnector connector = JMXConnectorFactory.connect(address)) {
      MBeanServerConnection beans = connector.getMBeanServerConnection();
      everyAttributeIsReadableAndDescribed(beans);
      showTheirValues(beans);
      drainAndResume(proxy(beans, NodeMXBean.class));
      disconnectAUser(proxy(beans, ConnectionsMXBean.class));
    } finally {
      jvm.detach();
    }
  }

  private static ObjectName name(String type) throws Exception {
    return new ObjectName("io.broadcasty:type=" + type);
  }

  private static <T> T proxy(MBeanServerConnection beans, Class<T> type) throws Exception {
    return JMX.newMXBeanProxy(beans, name(type.getSimpleName().replace("MXBean", "")), type);
  }

  private static void everyAttributeIsReadableAndDescribed(MBeanServerConnection beans)
      throws Exception {
    for (String type : List.of("Node", "Connections", "Store", "Drivers", "Push")) {
      for (MBeanAttributeInfo attribute : beans.getMBeanInfo(name(type)).getAttributes()) {
        var unused = beans.getAttribute(name(type), attribute.getName());
        assertDescribed(attribute);
      }
      for (MBeanFeatureInfo operation : beans.getMBeanInfo(name(type)).getOperations()) {
        assertDescribed(operation);
      }
    }
  }

  private static void assertDescribed(MBeanFeatureInfo feature) {
    assertTrue(feature.getDescription().contains(" "), feature.toString());
  }

  private static void showTheirValues(MBeanServerConnection beans) throws Exception {
    StoreMXBean store = proxy(beans, StoreMXBean.class);
    assertEquals("up", store.getState());
    assertTrue(store.getDurability().length() > 10, store.getDurability());
    DriversMXBean drivers = proxy(beans, DriversMXBean.class);
    assertEquals(List.of(drivers.getActive()), drivers.getOrder());
    assertFalse(drivers.isDegraded());
    assertTrue(proxy(beans, PushMXBean.class).isSending());
    assertEquals(0, proxy(beans, ConnectionsMXBean.class).getOpen());
  }

  private void drainAndResume(NodeMXBean node) throws Exception {
    assertEquals("serving", node.getState());
    try (SseStream stream = open()) {
      node.drain();
      Api.await("the end of the stream", stream::isEnded);
      assertEquals("drained", node.getState());
      assertEquals(503, publish());
      assertEquals(503, ping());
      node.resume();
    }
    assertEquals("serving", node.getState());
    assertEquals(200, publish());
    assertEquals(204, ping());
  }

  private void disconnectAUser(ConnectionsMXBean connections) throws Exception {
    try (SseStream stream = open()) {
      assertEquals(1, connections.getOpenEventStreams());
      assertEquals(0, connections.disconnectUser("hooli", "nobody"));
      assertEquals(1, connections.disconnectUser("hooli", "olaf"));
      Api.await("the end of the stream", stream::isEnded);
    }
  }

  private String token() {
    return api.tokens.token("hooli", "olaf", Duration.ofMinutes(10), List.of("publisher"));
  }

  private SseStream open() throws Exception {
    return SseStream.open(
        api.request("/broadcasty/sse?channel=watched", token()).GET().build(), api);
  }

  private int publish() {
    return api.post("/broadcasty/publish", token(), "{\"channel\":\"watched\",\"payload\":1}")
        .statusCode();
  }

  private int ping() {
    return api.get("/broadcasty/ping", "").statusCode();
  }
}
