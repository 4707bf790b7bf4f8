package io.broadcasty.infra.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;

class RedisSettingsTest {

  private static RedisSettings parse(String url) {
    return RedisSettings.parse(url, "bcy:", 16);
  }

  @Test
  void oneServer() {
    RedisSettings plain = parse("redis://localhost");
    assertEquals(RedisSettings.Kind.SERVER, plain.kind());
    assertEquals(List.of(new HostAndPort("localhost", 6379)), plain.hosts());
    assertFalse(plain.tls());
    assertNull(plain.user());
    assertNull(plain.password());
    RedisSettings full = parse("rediss://ann:s%40cr%2Ft+1@redis.example.com:6380/3");
    assertTrue(full.tls());
    assertEquals("ann", full.user());
    assertEquals("s@cr/t+1", full.password());
    assertEquals(3, full.database());
    assertNull(parse("redis://:secret@localhost").user());
    assertEquals("secret", parse("redis://secret@localhost").password());
    assertEquals(
        List.of(new HostAndPort("::1", 7000)),
        parse("redis://[::1]:7000").hosts().stream()
            .map(host -> new HostAndPort(host.getHost().replaceAll("[\\[\\]]", ""), host.getPort()))
            .toList());
    assertEquals(
        List.of(new HostAndPort("my_redis", 6379)), parse("redis://:s3cret@my_redis").hosts());
  }

  @Test
  void sentinelsAndClusters() {
    RedisSettings sentinel = parse("redis-sentinel://u:p@a:26379,b,c:26400/mymaster");
    assertEquals(RedisSettings.Kind.SENTINEL, sentinel.kind());
    assertEquals("mymaster", sentinel.master());
    assertEquals(
        List.of(
            new HostAndPort("a", 26379), new HostAndPort("b", 26379), new HostAndPort("c", 26400)),
        sentinel.hosts());
    RedisSettings cluster = parse("rediss-cluster://a:7000,b:7001");
    assertEquals(RedisSettings.Kind.CLUSTER, cluster.kind());
    assertTrue(cluster.tls());
    assertEquals(2, cluster.hosts().size());
  }

  @Test
  void neverShowsThePassword() {
    assertEquals("rediss://ann@h:1/3", parse("rediss://ann:s3cret@h:1/3").toString());
    assertEquals("redis-sentinel://a:26379/m", parse("redis-sentinel://:s3cret@a/m").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:6379",
        "http://localhost",
        "redis://",
        "redis://host:port",
        "redis://host:65536",
        "redis://host:",
        "redis://ho$t",
        "redis://localhost/x",
        "redis://a b",
        "redis-sentinel://a:26379",
        "redis-cluster://a:7000/1",
        "redis-cluster://a:7000,,b"
      })
  void explainsTheErrorWithoutTheSecret(String url) {
    String withSecret = url.replace("://", "://user:s3cret@");
    IllegalArgumentException fault =
        assertThrows(IllegalArgumentException.class, () -> parse(withSecret));
    String message = String.valueOf(fault.getMessage());
    assertFalse(message.contains("s3cret"), message);
    assertTrue(message.contains("redis") || message.contains("database"), message);
  }
}
