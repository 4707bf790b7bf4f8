package io.broadcasty.infra.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Tests the messages when Redis cannot be used as configured. */
class RedisTest {

  private static RedisUnusableException fault(String url) {
    return assertThrows(
        RedisUnusableException.class,
        () -> Redis.open(RedisSettings.parse(url, "bcy:", 4)).close());
  }

  @Test
  void noServerListens() {
    RedisUnusableException fault = fault("redis://127.0.0.1:" + FreePorts.next());
    assertTrue(fault.isTransient());
    assertTrue(String.valueOf(fault.getMessage()).contains("cannot be reached"));
  }

  @Test
  void noSentinelAnswers() {
    assertTrue(fault("redis-sentinel://127.0.0.1:" + FreePorts.next() + "/m").isTransient());
  }

  @Test
  void noNodeOfTheClusterAnswers() {
    assertTrue(fault("redis-cluster://127.0.0.1:" + FreePorts.next()).isTransient());
  }

  @Test
  void aWrongPassword() {
    try (RedisServer server = RedisServer.start("--save", "", "--requirepass", "right")) {
      RedisUnusableException wrong = fault("redis://:wr0ng@127.0.0.1:" + server.port());
      assertFalse(String.valueOf(wrong.getMessage()).contains("wr0ng"));
      assertTrue(String.valueOf(wrong.getMessage()).contains("password"), wrong::getMessage);
      fault("redis://127.0.0.1:" + server.port());
      Redis.open(RedisSettings.parse("redis://:right@127.0.0.1:" + server.port(), "b:", 4)).close();
    }
  }

  @Test
  void anOldRedis() throws IOException {
    try (ServerSocket old = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread server = new Thread(() -> answer(old));
      server.setDaemon(true);
      server.start();
      RedisUnusableException fault = fault("redis://127.0.0.1:" + old.getLocalPort());
      assertFalse(fault.isTransient(), fault::getMessage);
      assertTrue(
          String.valueOf(fault.getMessage()).contains("6.0 or newer is needed"), fault::getMessage);
    }
  }

  @Test
  void returnsItsVersionAndEvictionPolicy() {
    try (Redis redis = Redis.open(RedisServer.shared().settings())) {
      assertTrue(redis.toString().matches("Redis [0-9.]+ at redis://127.0.0.1:[0-9]+"));
      assertEquals("noeviction", redis.evictionPolicy());
      assertFalse(redis.hasShardedPubSub());
    }
  }

  /** Answers OK to everything but commands unknown to Redis 5. */
  private static void answer(ServerSocket server) {
    while (true) {
      try (Socket client = server.accept();
          BufferedReader in =
              new BufferedReader(
                  new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          if (!line.startsWith("*")) {
            continue;
          }
          in.readLine();
          boolean hello = "HELLO".equalsIgnoreCase(in.readLine());
          String reply = hello ? "-ERR unknown command `HELLO`\r\n" : "+OK\r\n";
          client.getOutputStream().write(reply.getBytes(StandardCharsets.UTF_8));
        }
      } catch (IOException e) {
        return;
      }
    }
  }
}
