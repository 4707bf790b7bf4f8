package io.broadcasty.app;

import io.broadcasty.audit.AuditLog;
import io.broadcasty.auth.NonceStore;
import io.broadcasty.broker.Broker;
import io.broadcasty.control.ControlTopic;
import io.broadcasty.database.Database;
import io.broadcasty.driver.RelayReport;
import io.broadcasty.nodes.NodeRegistry;
import io.broadcasty.occupancy.ChannelOccupancy;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.ratelimit.ConnectionLimiter;
import io.broadcasty.ratelimit.RateLimiter;
import org.jspecify.annotations.Nullable;

/**
 * Where streams and members are kept and limits are counted, with what that stands on. With Redis,
 * members, limits and the registry are those of all nodes, else of this one.
 *
 * @param control tells the nodes that share the store
 * @param database what of it lies there, or may; null when nothing needed one
 * @param upkeep drops what is not kept any more; may take long, to be run every few seconds
 * @param release gives up what it stands on
 */
record Store(
    Broker broker,
    PresenceStore presence,
    ChannelOccupancy occupancy,
    RateLimiter limits,
    ConnectionLimiter connections,
    NonceStore nonces,
    NodeRegistry nodes,
    ControlTopic control,
    AuditLog audit,
    RelayReport relay,
    @Nullable Database database,
    Runnable upkeep,
    Runnable release)
    implements AutoCloseable {

  @Override
  public void close() {
    control.close();
    occupancy.close();
    presence.close();
    nodes.close();
    broker.close();
    release.run();
  }
}
