package io.broadcasty.infra.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/** A pub/sub connection to one server. Its own thread reads; any thread may write. */
final class PubSubConnection implements Runnable {

  private static final int CHANNELS_PER_COMMAND = 500;

  /** Receives messages and the end of a connection, on the connection's thread. */
  interface Listener {
    void onMessage(String channel, byte[] message);

    void onSubscribed(String channel);

    /** Called when the server no longer has the channel. */
    void onMoved(String channel);

    /** Called when the connection has ended, with the channels it had. */
    void onEnd(PubSubConnection line, Set<String> channels);
  }

  /** A connection to which any thread can write at any time. */
  static final class WritableConnection extends Connection {
    WritableConnection(HostAndPort server, JedisClientConfig config) {
      super(server, config);
      connect();
    }

    void send(Command command, List<String> channels) {
      CommandArguments arguments = new CommandArguments(command);
      channels.forEach(arguments::add);
      sendCommand(arguments);
      flush();
    }
  }

  private final Redis redis;
  private final HostAndPort server;
  private final boolean sharded;
  private final Listener listener;

  @GuardedBy("this")
  private final Set<String> channels = new HashSet<>();

  @GuardedBy("this")
  private final Map<String, Integer> unsubscribing = new HashMap<>();

  private volatile @Nullable WritableConnection connection;
  private volatile boolean ended;

  PubSubConnection(Redis redis, HostAndPort server, boolean sharded, Listener listener) {
    this.redis = redis;
    this.server = server;
    this.sharded = sharded;
    this.listener = listener;
  }

  HostAndPort server() {
    return server;
  }

  /** Subscribes to a channel; returns false when the connection has ended. */
  synchronized boolean add(String channel) {
    if (ended) {
      return false;
    }
    channels.add(channel);
    send(sharded ? Command.SSUBSCRIBE : Command.SUBSCRIBE, List.of(channel));
    return true;
  }

  synchronized void remove(String channel) {
    if (channels.remove(channel) && connection != null) {
      unsubscribing.merge(channel, 1, Integer::sum);
      send(sharded ? Command.SUNSUBSCRIBE : Command.UNSUBSCRIBE, List.of(channel));
    }
  }

  /** Sends a ping, so that a server that stays silent is recognised as a broken connection. */
  synchronized void ping() {
    if (!channels.isEmpty()) {
      send(Command.PING, List.of());
    }
  }

  /** Closes the connection, also when a write to it hangs; {@link Listener#onEnd} follows. */
  void abort() {
    ended = true;
    WritableConnection connected = connection;
    if (connected != null) {
      try {
        connected.forceDisconnect();
      } catch (java.io.IOException e) {
        System.getLogger(PubSubConnection.class.getName()).log(System.Logger.Level.DEBUG, "cut", e);
      }
    }
  }

  @Override
  public void run() {
    if (ended) { // ended by an Error; another connection has taken over its channels
      return;
    }
    try {
      WritableConnection connected = redis.openConnection(server);
      if (begin(connected)) {
        while (true) {
          read(connected.getUnflushedObject());
        }
      }
    } catch (JedisException e) {
      System.getLogger(PubSubConnection.class.getName())
          .log(System.Logger.Level.DEBUG, "a line to " + server + " ended", e);
    } finally {
      listener.onEnd(this, end());
    }
  }

  private synchronized boolean begin(WritableConnection connected) {
    connection = connected;
    if (ended) {
      connected.disconnect();
      return false;
    }
    List<String> all = new ArrayList<>(channels);
    for (int from = 0; from < all.size(); from += CHANNELS_PER_COMMAND) {
      send(
          sharded ? Command.SSUBSCRIBE : Command.SUBSCRIBE,
          all.subList(from, Math.min(all.size(), from + CHANNELS_PER_COMMAND)));
    }
    return true;
  }

  private synchronized Set<String> end() {
    ended = true;
    WritableConnection connected = connection;
    if (connected != null) {
      connected.disconnect();
    }
    return Set.copyOf(channels);
  }

  /** Returns whether the server has ended a subscription without a request from this node. */
  private synchronized boolean isMoved(String channel) {
    if (unsubscribing.containsKey(channel)) {
      unsubscribing.computeIfPresent(channel, (c, count) -> count == 1 ? null : count - 1);
      return false;
    }
    return channels.remove(channel);
  }

  /** Sends a command. A failure breaks the connection, which its reader notices. */
  private void send(Command command, List<String> about) {
    WritableConnection connected = connection;
    if (connected == null) {
      return;
    }
    try {
      if (sharded && about.size() > 1) { // the channels of one call would have to share a slot
        about.forEach(channel -> connected.send(command, List.of(channel)));
      } else {
        connected.send(command, about);
      }
    } catch (JedisException e) {
      abort();
    }
  }

  private void read(Object reply) {
    if (!(reply instanceof List<?> parts) || parts.size() < 2) {
      return; // the answer to a ping
    }
    if (!(parts.get(0) instanceof byte[] kind) || !(parts.get(1) instanceof byte[] name)) {
      return;
    }
    String channel = new String(name, StandardCharsets.UTF_8);
    switch (new String(kind, StandardCharsets.US_ASCII)) {
      case "message", "smessage" -> listener.onMessage(channel, (byte[]) parts.get(2));
      case "subscribe", "ssubscribe" -> listener.onSubscribed(channel);
      case "unsubscribe", "sunsubscribe" -> {
        if (isMoved(channel)) {
          listener.onMoved(channel);
        }
      }
      default -> {
        // a pong
      }
    }
  }
}
