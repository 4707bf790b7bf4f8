package io.broadcasty.infra.redis;

import java.util.Set;
import java.util.TreeSet;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** The keys that a test has stored in Redis. */
public final class StoredKeys {

  private StoredKeys() {}

  /** Returns the names of all keys with the prefix of the settings, on all servers. */
  public static Set<String> of(Redis redis) {
    Set<String> keys = new TreeSet<>();
    for (HostAndPort server : redis.primaries()) {
      try (Jedis jedis = new Jedis(server)) {
        keys.addAll(jedis.keys(redis.settings().prefix() + "*"));
      }
    }
    return keys;
  }
}
