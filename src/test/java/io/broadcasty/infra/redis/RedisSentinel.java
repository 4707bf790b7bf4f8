package io.broadcasty.infra.redis;

import io.broadcasty.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.Jedis;

/** A real primary with a replica, monitored by one Sentinel. */
public final class RedisSentinel implements AutoCloseable {

  private static final String NAME = "m";
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final RedisServer primary;
  private final RedisServer replica;
  private final int port = FreePorts.next();
  private final Process process;
  private final Path file;

  private RedisSentinel() {
    primary = RedisServer.start("--save", "");
    replica =
        RedisServer.start(
            "--save", "", "--replicaof", "127.0.0.1", Integer.toString(primary.port()));
    try {
      file = Files.createTempFile("broadcasty-sentinel", ".conf");
      Files.write(
          file,
          List.of(
              "port " + port,
              "sentinel monitor " + NAME + " 127.0.0.1 " + primary.port() + " 1",
              "sentinel down-after-milliseconds " + NAME + " 500",
              "sentinel failover-timeout " + NAME + " 2000"));
      process =
          new ProcessBuilder(RedisServer.executable(), file.toString(), "--sentinel")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the servers, and waits until the Sentinel knows the replica. */
  public static RedisSentinel start() {
    RedisSentinel started = new RedisSentinel();
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!started.knowsTheReplica()) {
      if (System.nanoTime() > deadline) {
        started.close();
        throw new AssertionError("the Sentinel does not find the replica");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return started;
  }

  /** Returns settings with a unique key prefix. */
  public RedisSettings settings() {
    return RedisSettings.parse(
        "redis-sentinel://127.0.0.1:" + port + "/" + NAME, primary.settings().prefix(), 16);
  }

  /** Stops replication: the replica keeps its data and gets no more. */
  public void stopReplication() {
    try (Jedis jedis = new Jedis("127.0.0.1", replica.port())) {
      long deadline = System.nanoTime() + TIMEOUT_NANOS;
      while (!offset(primary).equals(offset(replica)) && System.nanoTime() < deadline) {
        LockSupport.parkNanos(POLL_NANOS);
      }
      jedis.replicaofNoOne();
    }
  }

  /** Kills the primary, so that the replica takes over. */
  public void killPrimary() {
    primary.kill();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    replica.close();
    primary.close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String offset(RedisServer server) {
    try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
      return jedis
          .info("replication")
          .lines()
          .filter(line -> line.startsWith("master_repl_offset"))
          .findFirst()
          .orElse("");
    }
  }

  private boolean knowsTheReplica() {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      return !jedis.sentinelReplicas(NAME).isEmpty();
    } catch (RuntimeException e) {
      return false;
    }
  }
}
