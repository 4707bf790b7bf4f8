package io.broadcasty.cluster.nodes.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Detects that this node has been cut off from Redis while other nodes have not, by asking them.
 * While no other node says that it reaches Redis, all may be cut off, and clients are nowhere
 * better served.
 */
@ThreadSafe
final class CutOffDetector {

  private static final System.Logger LOG = System.getLogger(CutOffDetector.class.getName());

  /** How many nodes are asked in a round at most. */
  private static final int MAX_ASKED = 5;

  private final BooleanSupplier reachesRedis;
  private final Supplier<List<NodePeer>> peers;
  private final Predicate<NodePeer> peerReachesRedis;
  private final long limitNanos;
  private final Ticker ticker;
  private volatile boolean cutOff;

  /** Since when others reach Redis and this node does not; null while that is not so. */
  @ConfinedTo("the thread that checks")
  private @Nullable Long sinceNanos;

  /**
   * @param reachesRedis whether this node reaches Redis
   * @param peers the other nodes
   * @param peerReachesRedis asks a node
   * @param limit how long others have to reach Redis and this node not; longer than nodes differ in
   *     noticing that Redis is back
   */
  CutOffDetector(
      BooleanSupplier reachesRedis,
      Supplier<List<NodePeer>> peers,
      Predicate<NodePeer> peerReachesRedis,
      Duration limit,
      Ticker ticker) {
    this.reachesRedis = reachesRedis;
    this.peers = peers;
    this.peerReachesRedis = peerReachesRedis;
    this.limitNanos = limit.toNanos();
    this.ticker = ticker;
  }

  /** Returns whether this node alone has been cut off, for the limit or longer. */
  boolean isCutOff() {
    return cutOff;
  }

  /** Checks once; called about once a second, by one thread. Blocks while nodes are asked. */
  void check() {
    NodePeer connected = reachesRedis.getAsBoolean() ? null : connectedPeer();
    long now = ticker.readNanos();
    if (connected == null) {
      sinceNanos = null;
    } else if (sinceNanos == null) {
      sinceNanos = now;
    }
    boolean before = cutOff;
    Long since = sinceNanos;
    cutOff = since != null && now - since >= limitNanos;
    if (cutOff && !before) {
      LOG.log(
          Level.ERROR,
          "This node cannot reach Redis, while other nodes can; its streams end, so that clients"
              + " resume on the others, until it reaches Redis again");
    } else if (before && !cutOff) {
      LOG.log(
          Level.INFO,
          reachesRedis.getAsBoolean()
              ? "This node reaches Redis again and accepts streams"
              : "No other node is known to reach Redis; this node accepts streams again");
    }
  }

  private @Nullable NodePeer connectedPeer() {
    List<NodePeer> asked = new ArrayList<>(peers.get());
    Collections.shuffle(asked);
    for (NodePeer peer : asked.subList(0, Math.min(MAX_ASKED, asked.size()))) {
      if (peerReachesRedis.test(peer)) {
        return peer;
      }
    }
    return null;
  }
}
