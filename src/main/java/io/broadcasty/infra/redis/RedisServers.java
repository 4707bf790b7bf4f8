package io.broadcasty.infra.redis;

import java.util.Collection;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.util.Pool;

/** The servers of a Redis installation; each kind of installation implements it. */
interface RedisServers {
  /** Returns the server that has a key, as far as is known. */
  HostAndPort serverOf(byte[] key);

  /** Returns a connection from the pool; the caller closes it. */
  Connection connection(HostAndPort server);

  /** Returns the pools of all connected servers. */
  Collection<? extends Pool<?>> pools();

  /** Returns the servers that accept writes, as far as is known. */
  Collection<HostAndPort> primaries();

  /** Reads again which server has which keys. */
  void refresh();
}
