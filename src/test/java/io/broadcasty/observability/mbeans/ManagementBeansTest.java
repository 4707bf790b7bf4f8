package io.broadcasty.observability.mbeans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.relay.RelayStatus;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class ManagementBeansTest {

  private final MBeanServer server = MBeanServerFactory.newMBeanServer();

  private Set<String> names() throws Exception {
    return server.queryNames(new ObjectName("io.broadcasty:*"), null).stream()
        .map(ObjectName::getCanonicalName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private ManagementBeans registered(String node) {
    ManagementBeans beans = new ManagementBeans(server, node);
    beans.register(
        DriversMXBean.class, new DriversBean(() -> RelayStatus.none("embedded", "embedded")));
    return beans;
  }

  @Test
  void nodesOfOneJvmHaveDifferentNamesAndLeaveNone() throws Exception {
    ManagementBeans first = registered("one");
    ManagementBeans second = registered("two");
    assertEquals(
        Set.of("io.broadcasty:type=Drivers", "io.broadcasty:node=two,type=Drivers"), names());
    first.close();
    assertEquals(Set.of("io.broadcasty:node=two,type=Drivers"), names());
    second.close();
    second.close();
    assertEquals(Set.of(), names());
  }

  @Test
  void closingDoesNotFailWhenTheServerWasFaster() throws Exception {
    ManagementBeans beans = registered("one");
    ObjectName name = new ObjectName("io.broadcasty:type=Drivers");
    server.unregisterMBean(name);
    beans.close();
    assertThrows(InstanceNotFoundException.class, () -> server.getMBeanInfo(name));
  }

  @Test
  void consolesShowValuesAndDescriptions() throws Exception {
    try (ManagementBeans beans = registered("one")) {
      ObjectName name = new ObjectName("io.broadcasty:type=Drivers");
      assertEquals("embedded", server.getAttribute(name, "Active"));
      assertEquals(false, server.getAttribute(name, "Degraded"));
      MBeanInfo info = server.getMBeanInfo(name);
      assertEquals(
          "The relay of publications to providers, as this node sees it", info.getDescription());
      assertEquals(
          Set.of("The configured driver", "Whether that is not the first"),
          Arrays.stream(info.getAttributes())
              .filter(each -> Set.of("Driver", "Degraded").contains(each.getName()))
              .map(each -> each.getDescription())
              .collect(Collectors.toSet()));
    }
  }
}
