package io.broadcasty;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that tests start as processes. They lie below those that the system gives to
 * outgoing connections, which could otherwise take a port between its choice and its use.
 */
public final class FreePorts {

  /** How far the bus port of a Redis Cluster's node lies above its port. */
  private static final int BUS = 10_000;

  private static final int FIRST = 10_000;
  private static final int COUNT = 12_000;
  private static final int TRIES = 1_000;
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePorts() {}

  /** Returns a port that nobody listens at, nor at the bus port above it; never the same again. */
  public static int next() {
    for (int i = 0; i < TRIES; i++) {
      int port = FIRST + ThreadLocalRandom.current().nextInt(COUNT);
      if (GIVEN.add(port) && isFree(port) && isFree(port + BUS)) {
        return port;
      }
    }
    throw new IllegalStateException("no port was free in " + TRIES + " tries");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) { // of all addresses
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
