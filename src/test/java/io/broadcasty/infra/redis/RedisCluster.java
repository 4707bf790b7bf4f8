package io.broadcasty.infra.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import redis.clients.jedis.Jedis;

/** A real Redis Cluster of three primaries, optionally with a replica each. */
public final class RedisCluster implements AutoCloseable {

  private static final int PRIMARIES = 3;
  private static final int SLOTS = 16384;
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
              RedisServer.freePort(),
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
