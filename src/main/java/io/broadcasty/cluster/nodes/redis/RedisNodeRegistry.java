package io.broadcasty.cluster.nodes.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.cluster.nodes.CutOffSettings;
import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.core.background.BackgroundLoop;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.FailoverDetector;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisFault;
import io.broadcasty.infra.redis.Script;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The registry of nodes that share a Redis. Each node sends heartbeats; one whose heartbeat has
 * expired is dead, and the node that notices has its data removed. A node that has just started, or
 * has come back after an outage, waits for the time to live before it considers others dead: they
 * may not have had the time to send a heartbeat.
 */
@ThreadSafe
public final class RedisNodeRegistry implements NodeRegistry {

  private static final System.Logger LOG = System.getLogger(RedisNodeRegistry.class.getName());

  private final FailureLog failures =
      new FailureLog(LOG, Level.ERROR, "Updating the node registry in Redis", Ticker.system());
  private static final Script HEARTBEAT = Script.load(RedisNodeRegistry.class, "heartbeat.lua");
  private static final long STOP_MILLIS = 2000;
  private static final long CHECK_MILLIS = 1000;

  private final Redis redis;
  private final Supplier<NodeInfo> self;
  private final String name;
  private final Heartbeat heartbeat;
  private final Ticker ticker;
  private final FailoverDetector failovers;
  private final String seenKey;
  private final String infoKey;
  private volatile List<Listener> listeners = List.of();
  private volatile @Nullable StatusServer status;
  private volatile @Nullable CutOffDetector cutOff;
  private volatile @Nullable BackgroundLoop cutOffLoop;

  /** When the latest heartbeat was answered. */
  private volatile long answeredNanos;

  /** The other nodes that tell their status. */
  private volatile List<NodePeer> peers = List.of();

  private volatile List<NodeInfo> nodes = List.of();

  /** Since when this node's heartbeat has been valid without a break; used only while it is. */
  @ConfinedTo("the heartbeat thread")
  private long aliveSinceNanos;

  @ConfinedTo("the heartbeat thread")
  private boolean alive;

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private boolean ended = true;

  /**
   * @param redis stays open when the registry is closed
   * @param self returns the current description of this node
   */
  public RedisNodeRegistry(Redis redis, Supplier<NodeInfo> self, Heartbeat pulse, Ticker ticker) {
    this.redis = redis;
    this.self = self;
    this.name = self.get().name();
    this.heartbeat = pulse;
    this.ticker = ticker;
    this.failovers = new FailoverDetector(redis);
    this.seenKey = redis.key("{nodes}:seen");
    this.infoKey = redis.key("{nodes}:info");
    this.answeredNanos = ticker.readNanos();
  }

  /**
   * Starts the heartbeat of this node.
   *
   * @param listeners called when nodes are gone
   * @param threads creates the one thread
   */
  public void start(List<Listener> listeners, ThreadFactory threads) {
    this.listeners = List.copyOf(listeners);
    synchronized (this) {
      ended = false;
    }
    threads.newThread(this::run).start();
  }

  /**
   * Has the nodes ask each other whether they reach Redis, so that one that is cut off alone knows
   * it. Called before {@link #start}.
   */
  public void detectCutOff(CutOffSettings settings, BackgroundLoops loops) {
    if (settings.after().isZero()) {
      return;
    }
    Duration shortest = heartbeat.interval().multipliedBy(5).dividedBy(2);
    Duration limit = settings.after().compareTo(shortest) < 0 ? shortest : settings.after();
    CutOffDetector detector =
        new CutOffDetector(this::reachesRedis, () -> peers, NodePeer::reachesRedis, limit, ticker);
    try {
      status =
          new StatusServer(
              LocalAddress.towards(redis.primaries()),
              settings.statusPort(),
              name,
              this::reachesRedis,
              loops);
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "Other nodes cannot ask this one whether it reaches Redis; check"
              + " broadcasty.nodes.status-port",
          e);
    }
    cutOff = detector;
    cutOffLoop =
        loops.start(
            "cut-off",
            () -> {
              detector.check();
              BackgroundLoop loop = cutOffLoop;
              return loop == null || loop.pause(CHECK_MILLIS);
            });
  }

  @Override
  public boolean isCutOff() {
    CutOffDetector detector = cutOff;
    return detector != null && detector.isCutOff();
  }

  /** Returns whether the latest heartbeat was answered in time, and no server is unreachable. */
  private boolean reachesRedis() {
    RedisFault fault = redis.availability().worstFault();
    return (fault == null || !fault.isTotal())
        && ticker.readNanos() - answeredNanos < heartbeat.interval().toNanos() * 3 / 2;
  }

  @Override
  public String self() {
    return name;
  }

  @Override
  public List<NodeInfo> nodes() {
    return nodes;
  }

  @Override
  public void close() {
    StatusServer server = status;
    if (server != null) {
      server.close();
    }
    BackgroundLoop checks = cutOffLoop;
    if (checks != null) {
      checks.close();
    }
    stopHeartbeat();
  }

  private synchronized void stopHeartbeat() {
    closed = true;
    notifyAll();
    long deadline = ticker.readNanos() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
    try {
      while (!ended && deadline - ticker.readNanos() > 0) {
        wait(STOP_MILLIS / 10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    do {
      try {
        sendHeartbeat();
        failures.recordSuccess();
      } catch (JedisException e) {
        alive = false;
        LOG.log(Level.DEBUG, "Cannot send the heartbeat; trying again at the next interval", e);
      } catch (RuntimeException e) {
        failures.recordFailure(e);
      }
    } while (pause());
    try {
      remove(name);
    } catch (RuntimeException | LinkageError e) { // A stopping server may no longer load classes.
      LOG.log(
          Level.DEBUG,
          "This node could not sign off; others will notice when its lease expires",
          e);
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  /** Waits until the next heartbeat; returns false when the registry is closed. */
  @SuppressWarnings("WaitNotInLoop") // an early heartbeat does no harm
  private synchronized boolean pause() {
    try {
      if (!closed) {
        wait(heartbeat.interval().toMillis());
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupted; only close() ends this thread", e);
    }
    return !closed;
  }

  private void sendHeartbeat() {
    StatusServer server = status;
    List<?> reply =
        (List<?>)
            HEARTBEAT.run(
                redis.commands(),
                List.of(seenKey.getBytes(UTF_8), infoKey.getBytes(UTF_8)),
                List.of(
                    name.getBytes(UTF_8),
                    Long.toString(heartbeat.timeToLive().toMillis()).getBytes(UTF_8),
                    NodeInfoFormat.write(self.get(), server == null ? null : server.address())
                        .getBytes(UTF_8)));
    nodes = described((List<?>) reply.get(2));
    peers = peers((List<?>) reply.get(2));
    boolean counted = reply.get(0).equals(1L);
    long now = ticker.readNanos();
    answeredNanos = now;
    boolean failedOver = failovers.hasFailedOver();
    if (failedOver) {
      LOG.log(
          Level.WARNING,
          "A Redis server was replaced by its replica or restarted; what this node holds is"
              + " written again");
    }
    if (!counted || !alive) {
      alive = true;
      aliveSinceNanos = now;
      listeners.forEach(Listener::onSelfExpired);
    } else if (failedOver) {
      listeners.forEach(Listener::onSelfExpired);
    }
    if (now - aliveSinceNanos >= heartbeat.timeToLive().toNanos()) {
      for (Object dead : (List<?>) reply.get(1)) {
        removeDeadNode(text(dead));
      }
    }
  }

  private void removeDeadNode(String dead) {
    LOG.log(Level.INFO, "node " + dead + " is gone; its data is removed");
    listeners.forEach(listener -> listener.onGone(dead));
    remove(dead);
  }

  private void remove(String node) {
    redis.commands().zrem(seenKey, node);
    redis.commands().hdel(infoKey, node);
  }

  private static List<NodeInfo> described(List<?> reply) {
    List<NodeInfo> nodes = new ArrayList<>();
    for (int i = 0; i + 2 < reply.size(); i += 3) {
      Instant seenAt = Instant.ofEpochMilli((long) Double.parseDouble(text(reply.get(i + 1))));
      nodes.add(NodeInfoFormat.read(text(reply.get(i)), text(reply.get(i + 2)), seenAt));
    }
    nodes.sort(Comparator.comparing(NodeInfo::startedAt).thenComparing(NodeInfo::name));
    return List.copyOf(nodes);
  }

  private List<NodePeer> peers(List<?> reply) {
    List<NodePeer> others = new ArrayList<>();
    for (int i = 0; i + 2 < reply.size(); i += 3) {
      NodePeer peer = NodeInfoFormat.peer(text(reply.get(i)), text(reply.get(i + 2)));
      if (peer != null && !peer.name().equals(name)) {
        others.add(peer);
      }
    }
    return List.copyOf(others);
  }

  private static String text(Object bulk) {
    return new String((byte[]) bulk, UTF_8);
  }
}
