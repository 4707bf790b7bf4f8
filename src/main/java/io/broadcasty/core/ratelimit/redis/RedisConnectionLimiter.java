package io.broadcasty.core.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.ratelimit.LocalConnectionLimiter;
import io.broadcasty.core.ratelimit.LocalConnectionLimiter.Owner;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.Script;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Limits the connections of all nodes that share a Redis: each node stores there how many
 * connections it has of each tenant and user. A permit is requested before it is granted; released
 * ones are reported by {@link #reportCounts}, and all counts are reported again from time to time,
 * so that errors of an outage are corrected. Counts of dead nodes are ignored.
 *
 * <p>While Redis cannot be reached, each node counts for itself.
 */
@ThreadSafe
public final class RedisConnectionLimiter implements ConnectionLimiter {

  private static final System.Logger LOG = System.getLogger(RedisConnectionLimiter.class.getName());
  private static final Script ACQUIRE = Script.load(RedisConnectionLimiter.class, "acquire.lua");

  /** The minimum time for which a node's reported counts are valid. */
  private static final long VALID_MILLIS = 90_000;

  private static final long REPORT_ALL_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Redis redis;
  private final String node;
  private final TenantSettingsLookup tenants;
  private final Ticker ticker;
  private final Supplier<Collection<String>> liveNodes;
  private final LocalConnectionLimiter local;
  private final Set<Owner> released = ConcurrentHashMap.newKeySet();
  private volatile boolean redisUnreachable;
  private volatile long unreachableSinceNanos;

  // used only by the thread that reports
  private volatile long reportedAllNanos;
  private volatile Set<String> previouslyDead = Set.of();

  /**
   * @param redis stays open
   * @param node this node's name
   * @param tenants the connection limits of tenants and users; queried each time
   * @param liveNodes the names of the live nodes; must not block
   */
  public RedisConnectionLimiter(
      Redis redis,
      String node,
      TenantSettingsLookup tenants,
      Ticker ticker,
      Supplier<Collection<String>> liveNodes) {
    this.redis = redis;
    this.node = node;
    this.tenants = tenants;
    this.ticker = ticker;
    this.liveNodes = liveNodes;
    this.local = new LocalConnectionLimiter(node, tenants);
    this.reportedAllNanos = ticker.readNanos();
  }

  @Override
  public @Nullable Permit tryAcquire(TenantId tenant, String subject) {
    Permit here = local.tryAcquire(tenant, subject);
    if (here == null) {
      return null;
    }
    Owner all = new Owner(tenant, null);
    Owner user = new Owner(tenant, subject);
    if (!isBelowLimits(all, user)) {
      here.close();
      return null;
    }
    return () -> {
      here.close();
      released.add(all);
      released.add(user);
    };
  }

  @Override
  public boolean hasCapacity(TenantId tenant, String subject) {
    return local.hasCapacity(tenant, subject);
  }

  @Override
  public Map<String, Integer> connections(TenantId tenant) {
    Map<String, Integer> connections = new HashMap<>();
    if (!isBackingOff()) {
      try {
        Map<String, String> reported = redis.commands().hgetAll(key(new Owner(tenant, null)));
        reported.forEach((name, count) -> connections.put(name, Integer.parseInt(count)));
        connections.keySet().retainAll(liveNodes.get());
        onRedisReached();
      } catch (JedisException e) {
        onRedisFailed(e);
      }
    }
    connections.remove(node);
    connections.putAll(local.connections(tenant));
    return connections;
  }

  /**
   * Reports released connections to the other nodes, and from time to time all counts. Blocks on
   * Redis; to be called by one thread, several times a second.
   */
  public void reportCounts() {
    boolean all = ticker.readNanos() - reportedAllNanos >= REPORT_ALL_NANOS;
    Set<Owner> owners = new HashSet<>(released);
    released.removeAll(owners);
    if (all) {
      owners.addAll(local.owners());
    }
    if (owners.isEmpty()) {
      return;
    }
    Map<Owner, Long> reported =
        redis.queryAll(owners, owner -> bytes(key(owner)), this::reportCounts);
    for (Owner owner : owners) {
      if (!reported.containsKey(owner)) {
        released.add(owner);
      }
    }
    if (all && reported.size() == owners.size()) {
      reportedAllNanos = ticker.readNanos();
      removeDeadNodes();
    }
  }

  private Response<Long> reportCounts(Pipeline pipeline, Owner owner) {
    int count = local.count(owner);
    if (count == 0) {
      return pipeline.hdel(key(owner), node);
    }
    Response<Long> answer = pipeline.hset(key(owner), node, Integer.toString(count));
    pipeline.pexpire(key(owner), VALID_MILLIS);
    return answer;
  }

  /** Removes counts of nodes that were also dead the last time. Those of users expire. */
  private void removeDeadNodes() {
    Collection<String> live = liveNodes.get();
    Set<String> seen = new HashSet<>();
    for (Owner owner : local.owners()) {
      if (owner.subject() == null) {
        for (String name : redis.commands().hkeys(key(owner))) {
          if (!live.contains(name) && !name.equals(node)) {
            seen.add(name);
            if (previouslyDead.contains(name)) {
              redis.commands().hdel(key(owner), name);
            }
          }
        }
      }
    }
    previouslyDead = seen;
  }

  private boolean isBelowLimits(Owner all, Owner user) {
    if (isBackingOff()) {
      return true;
    }
    TenantSettings max = tenants.of(all.tenant());
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(bytes(node));
    arguments.add(bytes(Integer.toString(local.count(all))));
    arguments.add(bytes(Integer.toString(local.count(user))));
    arguments.add(bytes(Integer.toString(max.maxConnections())));
    arguments.add(bytes(Integer.toString(max.maxConnectionsPerUser())));
    arguments.add(bytes(Long.toString(VALID_MILLIS)));
    for (String live : liveNodes.get()) {
      if (!live.equals(node)) {
        arguments.add(bytes(live));
      }
    }
    try {
      Object left =
          ACQUIRE.run(redis.commands(), List.of(bytes(key(all)), bytes(key(user))), arguments);
      onRedisReached();
      return left.equals(1L);
    } catch (JedisException e) {
      onRedisFailed(e);
      return true;
    }
  }

  /**
   * Returns whether Redis failed only just now, so that no caller has to wait for another failure.
   */
  private boolean isBackingOff() {
    return redisUnreachable && ticker.readNanos() - unreachableSinceNanos < BACKOFF_NANOS;
  }

  private void onRedisFailed(JedisException e) {
    if (e.getCause() instanceof NoSuchElementException) { // The pool of this node is exhausted.
      return;
    }
    unreachableSinceNanos = ticker.readNanos();
    if (!redisUnreachable) {
      redisUnreachable = true;
      LOG.log(
          Level.WARNING,
          "Cannot reach Redis; each node counts connections for itself until it answers"
              + " (broadcasty.redis.url): "
              + e.getMessage());
    }
  }

  private void onRedisReached() {
    if (redisUnreachable) {
      redisUnreachable = false;
      LOG.log(Level.INFO, "Connections are counted across all nodes again");
    }
  }

  /**
   * Returns the key of an owner's counts. A tenant's keys share a hash tag, so that a Cluster keeps
   * them on one server.
   */
  private String key(Owner owner) {
    String tenant = "con:{" + owner.tenant().value() + "}";
    return redis.key(owner.subject() == null ? tenant : tenant + ":" + owner.subject());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
