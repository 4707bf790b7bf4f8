package io.broadcasty.server;

import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.observability.mbeans.ConnectionsBean;
import io.broadcasty.observability.mbeans.ConnectionsMXBean;
import io.broadcasty.observability.mbeans.DriversBean;
import io.broadcasty.observability.mbeans.DriversMXBean;
import io.broadcasty.observability.mbeans.ManagementBeans;
import io.broadcasty.observability.mbeans.NodeMXBean;
import io.broadcasty.observability.mbeans.PushBean;
import io.broadcasty.observability.mbeans.PushMXBean;
import io.broadcasty.observability.mbeans.StoreBean;
import io.broadcasty.observability.mbeans.StoreMXBean;
import io.broadcasty.observability.meters.ConnectionCounts;
import io.broadcasty.server.push.PushRuntime;
import io.broadcasty.server.stores.Store;
import io.broadcasty.wire.Code;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/**
 * A node as the server's console shows and operates it. What an operator does there is written to
 * the audit log without an actor, since JMX does not say who it is.
 */
final class ManagedNode {

  private static final System.Logger LOG = System.getLogger(ManagedNode.class.getName());

  private final Sessions sessions;
  private final AuditLog audit;
  private final WallClock clock;

  ManagedNode(Sessions sessions, AuditLog audit, WallClock clock) {
    this.sessions = sessions;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * Registers the MBeans of the node in this JVM's MBean server.
   *
   * @param drain the time over which an operator's drain ends the connections
   */
  ManagementBeans register(
      NodeIdentity identity,
      ConnectionCounts connections,
      Store store,
      PushRuntime push,
      Duration drain,
      ScheduledExecutorService scheduler,
      Supplier<Duration> sinceSweep) {
    ManagementBeans beans =
        new ManagementBeans(ManagementFactory.getPlatformMBeanServer(), identity.name());
    beans.register(
        NodeMXBean.class,
        new OperatedNode(
            identity,
            sessions,
            drain,
            scheduler,
            sinceSweep,
            action -> audit.append(AuditEvent.ofService(null, action, null, clock.nowMillis()))));
    beans.register(ConnectionsMXBean.class, new ConnectionsBean(connections, this::disconnectUser));
    beans.register(StoreMXBean.class, new StoreBean(store.broker()));
    beans.register(DriversMXBean.class, new DriversBean(store.relay()));
    beans.register(PushMXBean.class, new PushBean(push::health));
    return beans;
  }

  private int disconnectUser(String tenant, String user) {
    TenantId of = new TenantId(tenant);
    int ended =
        sessions.disconnect(
            new ControlMessage.Disconnect(of, user, null, null, Code.DISCONNECTED.wireName()));
    LOG.log(Level.INFO, "An operator ends {0} connections of a user of {1}", ended, tenant);
    audit.append(
        new AuditEvent(
            of,
            "stream.disconnect",
            AuditOutcome.DONE,
            null,
            null,
            null,
            "user:" + user,
            null,
            clock.nowMillis()));
    return ended;
  }
}
