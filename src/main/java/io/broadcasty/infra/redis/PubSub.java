package io.broadcasty.infra.redis;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Receives messages by Redis pub/sub on connections of its own: a single one, or in a Cluster with
 * sharded pub/sub one to each server that has a subscribed channel. Reconnects automatically.
 * Messages sent while disconnected are lost; the listener is told.
 */
@ThreadSafe
public final class PubSub implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(PubSub.class.getName());
  private static final long RECONNECT_MILLIS = 250;
  private static final int ROUNDS_PER_PING = 12;

  /** The interval at which each connection is pinged. */
  public static final Duration PING_INTERVAL =
      Duration.ofMillis(RECONNECT_MILLIS * ROUNDS_PER_PING);

  /** Receives messages. Calls for one channel come one at a time, and must not block for long. */
  public interface Listener {

    /** Called with a message of a channel, in the order in which they were published. */
    void onMessage(String channel, byte[] message);

    /**
     * Called when a channel's messages are received from now on; again each time after {@link
     * #onBroken}.
     */
    void onSubscribed(String channel);

    /** Called when messages may be missed from now on, until the channels are subscribed again. */
    void onBroken(Collection<String> channels);
  }

  private final Redis redis;
  private final Listener listener;
  private final ThreadFactory threads;
  private final boolean sharded;
  private final byte[] anyKey;
  private final Thread reconnector;

  @GuardedBy("this")
  private final Map<HostAndPort, PubSubConnection> connections = new HashMap<>();

  @GuardedBy("this")
  private final Map<String, PubSubConnection> serverOf = new HashMap<>();

  @GuardedBy("this")
  private final Set<String> pending = new HashSet<>();

  @GuardedBy("this")
  private boolean closed;

  /**
   * Starts the thread that reconnects.
   *
   * @param threads creates that thread, and one for each server
   */
  public PubSub(Redis redis, Listener listener, ThreadFactory threads) {
    this.redis = redis;
    this.listener = listener;
    this.threads = threads;
    this.sharded = redis.hasShardedPubSub();
    this.anyKey = redis.key("news").getBytes(StandardCharsets.UTF_8);
    this.reconnector = threads.newThread(this::reconnect);
    reconnector.start();
  }

  /**
   * Subscribes to a channel; {@link Listener#onSubscribed} is called when its messages are
   * received.
   */
  public synchronized void subscribe(String channel) {
    if (!closed && !serverOf.containsKey(channel) && !subscribeOnServer(channel)) {
      pending.add(channel);
    }
  }

  /** Unsubscribes from a channel. */
  public synchronized void unsubscribe(String channel) {
    pending.remove(channel);
    PubSubConnection line = serverOf.remove(channel);
    if (line != null) {
      line.remove(channel);
    }
  }

  /**
   * Sends a message to the current subscribers.
   *
   * @throws JedisException when Redis does not answer
   */
  public void publish(String channel, byte[] message) {
    byte[] name = channel.getBytes(StandardCharsets.UTF_8);
    if (sharded && redis.commands() instanceof RedisClusterClient cluster) {
      cluster.spublish(name, message);
    } else {
      redis.commands().publish(name, message);
    }
  }

  @Override
  public void close() {
    List<PubSubConnection> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(connections.values());
      notifyAll();
    }
    open.forEach(PubSubConnection::abort);
  }

  /**
   * Subscribes on the server that has the channel; returns false when that server is unknown or its
   * connection has just ended.
   */
  private synchronized boolean subscribeOnServer(String channel) {
    HostAndPort server;
    try {
      server = redis.serverOf(sharded ? channel.getBytes(StandardCharsets.UTF_8) : anyKey);
    } catch (JedisException e) {
      return false;
    }
    PubSubConnection line =
        connections.computeIfAbsent(
            server,
            s -> {
              PubSubConnection opened = new PubSubConnection(redis, s, sharded, new Heard());
              threads.newThread(opened).start();
              return opened;
            });
    if (!line.add(channel)) {
      return false;
    }
    serverOf.put(channel, line);
    return true;
  }

  private void reconnect() {
    for (int round = 1; true; round++) {
      synchronized (this) {
        try {
          wait(RECONNECT_MILLIS);
        } catch (InterruptedException e) {
          LOG.log(Level.DEBUG, "Interrupted; only close() ends this thread", e);
        }
        if (closed) {
          return;
        }
      }
      try {
        if (!isConnected()) {
          redis.refresh();
          subscribePending();
        }
        if (round % ROUNDS_PER_PING == 0) {
          checkConnections();
        }
      } catch (JedisException e) {
        LOG.log(Level.DEBUG, "No Redis server for pub/sub yet; trying again", e);
      }
    }
  }

  private synchronized boolean isConnected() {
    return pending.isEmpty();
  }

  private synchronized void subscribePending() {
    if (!closed) {
      pending.removeIf(this::subscribeOnServer);
    }
  }

  private void checkConnections() {
    List<PubSubConnection> open;
    synchronized (this) {
      open = List.copyOf(connections.values());
    }
    for (PubSubConnection line : open) {
      if (!sharded && !line.server().equals(redis.serverOf(anyKey))) {
        line.abort(); // another server has the channel now
      } else {
        line.ping();
      }
    }
  }

  private final class Heard implements PubSubConnection.Listener {

    @Override
    public void onMessage(String channel, byte[] message) {
      listener.onMessage(channel, message);
    }

    @Override
    public void onSubscribed(String channel) {
      listener.onSubscribed(channel);
    }

    @Override
    public void onMoved(String channel) {
      synchronized (PubSub.this) {
        if (serverOf.remove(channel) != null) {
          pending.add(channel);
        }
      }
      listener.onBroken(List.of(channel));
    }

    @Override
    public void onEnd(PubSubConnection line, Set<String> channels) {
      synchronized (PubSub.this) {
        connections.remove(line.server(), line);
        for (String channel : channels) {
          if (serverOf.remove(channel, line)) {
            pending.add(channel);
          }
        }
      }
      listener.onBroken(channels);
    }
  }
}
