package io.broadcasty.redis;

import java.util.Collection;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.util.Pool;

/** What the kinds of installations differ in. */
interface Servers {
  /** The server that has a key, as far as is known. */
  HostAndPort home(byte[] key);

  /** A connection from the pool, to be closed. */
  Connection connection(HostAndPort server);

  /** The pools of all servers that are connected to. */
  Collection<? extends Pool<?>> pools();

  /** The servers that take writes, as far as is known. */
  Collection<HostAndPort> primaries();

  /** Finds out anew which server has what. */
  void refresh();
}
