package io.broadcasty.observability.mbeans;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Registers MBeans, until it is closed. The names are {@code io.broadcasty:type=…}; a second node
 * in the same JVM adds its own name, as in {@code io.broadcasty:type=Node,node=k3f9a2xw}. Failures
 * are logged only, since the node can run without MBeans.
 */
@ThreadSafe
public final class ManagementBeans implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ManagementBeans.class.getName());
  private static final String DOMAIN = "io.broadcasty";
  private static final String INTERFACE_ENDING = "MX?Bean";

  @SuppressWarnings("ThreadSafe") // MBean servers are
  private final MBeanServer server;

  private final String node;

  @GuardedBy("this")
  private final List<ObjectName> registered = new ArrayList<>();

  /**
   * Creates an empty set.
   *
   * @param node the name of the node, of letters and digits
   */
  public ManagementBeans(MBeanServer server, String node) {
    this.server = server;
    this.node = node;
  }

  /**
   * Registers a bean by the type that its interface names: {@code NodeMXBean} as {@code Node}.
   *
   * @param type a public interface whose name ends with {@code MXBean}, or with {@code MBean} if
   *     its values are for this JVM only
   */
  public synchronized <T> void register(Class<T> type, T bean) {
    String name = DOMAIN + ":type=" + type.getSimpleName().replaceFirst(INTERFACE_ENDING + "$", "");
    DescribedMBean described = DescribedMBean.of(bean, type);
    try {
      try {
        register(described, new ObjectName(name));
      } catch (InstanceAlreadyExistsException e) {
        LOG.log(Level.DEBUG, "Another node of this JVM has an MBean of this name", e);
        register(described, new ObjectName(name + ",node=" + node));
      }
    } catch (JMException e) {
      LOG.log(Level.WARNING, "Cannot register the MBean " + name, e);
    }
  }

  @GuardedBy("this")
  private void register(DescribedMBean bean, ObjectName name) throws JMException {
    registered.add(server.registerMBean(bean, name).getObjectName());
  }

  /** Unregisters the beans. */
  @Override
  public synchronized void close() {
    for (ObjectName name : registered) {
      try {
        server.unregisterMBean(name);
      } catch (InstanceNotFoundException e) {
        LOG.log(Level.DEBUG, "The server has unregistered an MBean before", e);
      } catch (JMException e) {
        LOG.log(Level.WARNING, "Cannot unregister the MBean " + name, e);
      }
    }
    registered.clear();
  }
}
