package io.broadcasty.server.stores;

import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.cluster.clock.ClockCheck;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.cluster.question.AnswerStore;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.auth.TicketStore;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.delivery.occupancy.ChannelOccupancy;
import io.broadcasty.infra.database.Database;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.relay.RelayStatusSource;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Spool;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store's components: streams, members, limits and the connections that they use. With Redis,
 * members, limits and the node registry cover all nodes, otherwise only this one.
 *
 * @param control sends control messages to the nodes that share the store
 * @param answers brings the answers of these nodes to questions
 * @param liveNodes returns the names of these nodes, as far as they are known
 * @param archive the long-term copy of the streams; null if they are not mirrored
 * @param spool what waits for the streams; null if nothing is queued for them
 * @param database the relational database, if any component uses one; otherwise null
 * @param clock compares this node's clock with that of the store; null for a store in memory
 * @param upkeep deletes expired data; may take long, run it every few seconds
 * @param release closes the connections
 */
public record Store(
    Broker broker,
    PresenceStore presence,
    ChannelOccupancy occupancy,
    RateLimiter limits,
    ConnectionLimiter connections,
    NonceStore nonces,
    TicketStore tickets,
    NodeRegistry nodes,
    ControlTopic control,
    AnswerStore answers,
    Supplier<Collection<String>> liveNodes,
    AuditLog audit,
    RelayStatusSource relay,
    @Nullable Archive archive,
    @Nullable Spool spool,
    @Nullable Database database,
    @Nullable ClockCheck clock,
    Runnable upkeep,
    Runnable release)
    implements AutoCloseable {

  /** Returns how many nodes share the store, this one included, as far as is known. */
  public int nodeCount() {
    Set<String> names = new HashSet<>(liveNodes.get());
    names.add(nodes.self());
    return names.size();
  }

  /**
   * Closes the components, and their connections last.
   *
   * @param beforeRelease uses the database once more, after the last events of these components
   */
  public void close(Runnable beforeRelease) {
    control.close();
    occupancy.close();
    presence.close();
    nodes.close();
    broker.close();
    beforeRelease.run();
    release.run();
  }

  @Override
  public void close() {
    close(() -> {});
  }
}
