package io.broadcasty.occupancy;

import io.broadcasty.channel.TenantChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that are gone, whose channels are left for them one node after the other, some at a time.
 * But for {@link #await} and {@link #close}, for one thread.
 */
final class GoneNodes {

  private static final long PATIENCE_SECONDS = 30;

  private final OccupancyStore store;
  private final Map<String, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private @Nullable String node;
  private final Set<TenantChannel> underWay = new HashSet<>();
  private final List<TenantChannel> left = new ArrayList<>();

  GoneNodes(OccupancyStore store) {
    this.store = store;
  }

  /** Has a node's channels left, and waits for that. */
  void await(String gone) {
    CompletableFuture<Void> done = waiting.computeIfAbsent(gone, name -> new CompletableFuture<>());
    if (closed) {
      close();
    }
    try {
      done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new OccupancyException("what a gone node had said is not taken back yet", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OccupancyException("interrupted", e);
    }
  }

  /** The node whose channels {@link #next} gave. */
  String node() {
    return String.valueOf(node);
  }

  /**
   * Channels to be left for {@link #node}; none as long as the last ones are under way.
   *
   * @throws OccupancyException when the store does not answer
   */
  Collection<TenantChannel> next(int limit) {
    if (!underWay.isEmpty() || !left.isEmpty()) {
      return List.of();
    }
    if (node == null) {
      for (String each : waiting.keySet()) {
        node = each;
        break;
      }
    }
    if (node == null) {
      return List.of();
    }
    Collection<TenantChannel> channels = store.channelsOf(node, limit);
    if (channels.isEmpty()) {
      CompletableFuture<Void> done = waiting.remove(node);
      if (done != null) {
        done.complete(null);
      }
      node = null;
    }
    underWay.addAll(channels);
    return channels;
  }

  /** A channel has been left for the node. */
  void left(TenantChannel channel) {
    if (underWay.remove(channel)) {
      left.add(channel);
    }
  }

  /**
   * Lets the store forget what has been left.
   *
   * @throws OccupancyException when it does not answer
   */
  void releaseLeft() {
    if (node != null && underWay.isEmpty() && !left.isEmpty()) {
      store.release(node, left);
      left.clear();
    }
  }

  /** Nobody waits any longer. */
  void close() {
    closed = true;
    waiting
        .values()
        .forEach(
            done -> done.completeExceptionally(new OccupancyException("the node stops", null)));
  }
}
