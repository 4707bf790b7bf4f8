package io.broadcasty.infra.redis;

import java.util.Collection;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.util.Pool;

/** A standalone Redis server, or a proxy that behaves like one. */
record Standalone(PooledConnectionProvider provider, HostAndPort host) implements RedisServers {
  @Override
  public HostAndPort serverOf(byte[] key) {
    return host;
  }

  @Override
  public Connection connection(HostAndPort server) {
    return provider.getConnection();
  }

  @Override
  public Collection<? extends Pool<?>> pools() {
    return List.of(provider.getPool());
  }

  @Override
  public Collection<HostAndPort> primaries() {
    return List.of(host);
  }

  @Override
  public void refresh() {
    // the address is fixed
  }
}
