package io.broadcasty.infra.redis;

import java.util.Collection;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.providers.SentineledConnectionProvider;
import redis.clients.jedis.util.Pool;

/** A primary that is monitored by Sentinels. */
record SentinelPrimary(SentineledConnectionProvider provider) implements RedisServers {
  @Override
  public HostAndPort serverOf(byte[] key) {
    return provider.getCurrentMaster();
  }

  @Override
  public Connection connection(HostAndPort server) {
    return provider.getConnection();
  }

  @Override
  public Collection<? extends Pool<?>> pools() {
    return provider.getConnectionMap().values();
  }

  @Override
  public Collection<HostAndPort> primaries() {
    return List.of(provider.getCurrentMaster());
  }

  @Override
  public void refresh() {
    // the Sentinels report changes
  }
}
