package io.broadcasty.infra.redis;

import io.broadcasty.FreePorts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A real Redis Cluster of three primaries, optionally with a replica each. */
public final class RedisCluster implements AutoCloseable {

  private static final int PRIMARIES = 3;
  private static final int SLOTS = 16384;
  private static final Pattern OFFSET = Pattern.compile("master_repl_offset:\\d+");
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final List<RedisServer> servers = new ArrayList<>();

  private RedisCluster() {}

  /** Starts the Cluster and waits until it serves all slots. */
  public static RedisCluster start(boolean replicas) {
    RedisCluster cluster = new RedisCluster();
    for (int i = 0; i < (replicas ? 2 * PRIMARIES : PRIMARIES); i++) {
      cluster.servers.add(
          RedisServer.start(
              FreePorts.next(),
              List.of(
                  "--cluster-enabled",
                  "yes",
                  "--cluster-node-timeout",
                  "1000",
                  "--save",
                  "",
                  "--appendonly",
                  "yes")));
    }
    cluster.join();
    return cluster;
  }

  public String url() {
    return servers.stream()
        .map(server -> "127.0.0.1:" + server.port())
        .collect(Collectors.joining(",", "redis-cluster://", ""));
  }

  /** Returns settings with a unique key prefix. */
  public RedisSettings settings() {
    return RedisSettings.parse(url(), servers.get(0).settings().prefix(), 16);
  }

  /** Returns one of the first three servers, which are the primaries at the beginning. */
  public RedisServer primary(int number) {
    return servers.get(number);
  }

  /**
   * Has the replica of a key's primary take over, without what is written meanwhile, while all
   * connections stay open.
   */
  public void failOver(byte[] key, Runnable meanwhile) {
    int number = JedisClusterCRC16.getSlot(key) * PRIMARIES / SLOTS;
    try (Jedis replica = jedis(number + PRIMARIES);
        Jedis primary = jedis(number)) {
      await("the replica", () -> offset(primary).equals(offset(replica)));
      replica.configSet("masterauth", "what the primary refuses");
      replica.clientKill(ClientKillParams.clientKillParams().type(ClientType.MASTER));
      await("a broken link", () -> replica.info("replication").contains("master_link_status:down"));
      meanwhile.run();
      replica.sendCommand(Protocol.Command.CLUSTER, "FAILOVER", "TAKEOVER");
      await("the takeover", () -> primary.info("replication").contains("role:slave"));
    }
  }

  private static String offset(Jedis server) {
    Matcher found = OFFSET.matcher(server.info("replication"));
    return found.find() ? found.group() : "";
  }

  @Override
  public void close() {
    servers.forEach(RedisServer::close);
  }

  private void join() {
    for (int i = 0; i < PRIMARIES; i++) {
      int first = SLOTS * i / PRIMARIES;
      int last = SLOTS * (i + 1) / PRIMARIES;
      try (Jedis jedis = jedis(i)) {
        jedis.clusterAddSlots(IntStream.range(first, last).toArray());
      }
    }
    for (int i = 1; i < servers.size(); i++) {
      try (Jedis jedis = jedis(i)) {
        jedis.clusterMeet("127.0.0.1", servers.get(0).port());
      }
    }
    for (int i = 0; i < servers.size(); i++) {
      int number = i;
      await("all to know each other", () -> info(number, "cluster_known_nodes:" + servers.size()));
    }
    for (int i = PRIMARIES; i < servers.size(); i++) {
      String primary;
      try (Jedis jedis = jedis(i - PRIMARIES)) {
        primary = jedis.clusterMyId();
      }
      int number = i;
      await("a replica to follow", () -> replicates(number, primary));
    }
    for (int i = 0; i < servers.size(); i++) {
      int number = i;
      await("the slots", () -> info(number, "cluster_state:ok"));
    }
    for (int i = 0; i < PRIMARIES && servers.size() > PRIMARIES; i++) {
      int number = i;
      await("the replicas", () -> hasReplica(number));
    }
  }

  private boolean hasReplica(int number) {
    try (Jedis jedis = jedis(number)) {
      return jedis.info("replication").contains("state=online");
    }
  }

  private boolean replicates(int number, String primary) {
    try (Jedis jedis = jedis(number)) {
      jedis.clusterReplicate(primary);
      return true;
    } catch (RuntimeException notYet) {
      return false;
    }
  }

  private boolean info(int number, String part) {
    try (Jedis jedis = jedis(number)) {
      return jedis.clusterInfo().contains(part);
    }
  }

  private Jedis jedis(int number) {
    return new Jedis("127.0.0.1", servers.get(number).port());
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the Cluster waited in vain for " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
