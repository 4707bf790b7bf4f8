package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.observability.mbeans.NodeMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a whole node can be operated by its MBeans, as long as it runs. */
class NodeMBeansTest {

  private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();

  private Set<ObjectName> names() throws Exception {
    return beans.queryNames(new ObjectName("io.broadcasty:type=Node,*"), null);
  }

  @Test
  void anOperatorDrainsTheNodeAndHasItServeAgain(@TempDir Path dir) throws Exception {
    Set<ObjectName> before = names();
    try (Node node = WholeNode.open(Map.of("broadcasty.replay.store", "memory"), dir)) {
      Set<ObjectName> added = new HashSet<>(names());
      added.removeAll(before);
      assertEquals(1, added.size());
      NodeMXBean bean = JMX.newMXBeanProxy(beans, added.iterator().next(), NodeMXBean.class);
      assertEquals("serving", bean.getState());
      assertEquals("", bean.getStateReason());
      bean.drain();
      bean.drain();
      assertEquals("drained", bean.getState());
      assertTrue(bean.getStateReason().contains("operator"), bean.getStateReason());
      assertTrue(node.isDraining());
      assertTrue(node.nodes().nodes().stream().allMatch(each -> each.draining()));
      bean.resume();
      assertEquals("serving", bean.getState());
      assertFalse(node.isDraining());
    }
    assertEquals(before, names());
  }
}
