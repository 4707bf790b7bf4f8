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
 * The store's components: streams, members, limits and the connections that they use. With Redis,
 * members, limits and the node registry cover all nodes, otherwise only this one.
 *
 * @param control sends control messages to the nodes that share the store
 * @param database the relational database, if any component uses one; otherwise null
 * @param upkeep deletes expired data; may take long, run it every few seconds
 * @param release closes the connections
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
