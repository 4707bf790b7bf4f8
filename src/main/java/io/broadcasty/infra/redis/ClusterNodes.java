package io.broadcasty.infra.redis;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.util.JedisClusterCRC16;
import redis.clients.jedis.util.Pool;

/** The servers of a Redis Cluster. */
record ClusterNodes(ClusterConnectionProvider provider) implements RedisServers {
  @Override
  public HostAndPort serverOf(byte[] key) {
    HostAndPort home = provider.getNode(JedisClusterCRC16.getSlot(key));
    if (home == null) {
      throw new JedisException("no node of the Redis Cluster is known to have the key");
    }
    return home;
  }

  @Override
  public Connection connection(HostAndPort server) {
    return provider.getConnection(server);
  }

  @Override
  public Collection<? extends Pool<?>> pools() {
    return Map.copyOf(provider.getConnectionMap()).values();
  }

  /** Returns the servers that have slots: the client's own list of primaries may be outdated. */
  @Override
  public Collection<HostAndPort> primaries() {
    Set<HostAndPort> primaries = new HashSet<>();
    for (int slot = 0; slot < Protocol.CLUSTER_HASHSLOTS; slot++) {
      HostAndPort server = provider.getNode(slot);
      if (server != null) {
        primaries.add(server);
      }
    }
    return primaries;
  }

  @Override
  public void refresh() {
    provider.renewSlotCache();
  }
}
