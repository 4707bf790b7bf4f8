package io.broadcasty.delivery.occupancy;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Removes the channels of dead nodes from the store, one node after the other, in batches. All
 * methods but {@link #removeAndWait} and {@link #close} are for one thread.
 */
final class DeadNodes {

  /** The maximum wait, after which the caller sends its own heartbeat and may wait again. */
  private static final long MAX_WAIT_SECONDS = 3;

  private final OccupancyStore store;
  private final Ticker ticker;
  private final Map<String, DeadNode> waiting = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * A dead node.
   *
   * @param sinceNanos when it was considered dead
   */
  private record DeadNode(String node, long sinceNanos, CompletableFuture<Void> done) {}

  private @Nullable DeadNode current;
  private boolean returned;
  private final Set<TenantChannel> pending = new HashSet<>();
  private final List<TenantChannel> left = new ArrayList<>();

  DeadNodes(OccupancyStore store, Ticker ticker) {
    this.store = store;
    this.ticker = ticker;
  }

  /**
   * Starts to remove a node's channels, and waits for a while until it is done; it continues
   * afterwards.
   */
  void removeAndWait(String dead) {
    CompletableFuture<Void> done =
        waiting
            .computeIfAbsent(
                dead, name -> new DeadNode(name, ticker.readNanos(), new CompletableFuture<>()))
            .done();
    if (closed) {
      close();
    }
    try {
      done.get(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new OccupancyException("the channels of a dead node are not removed yet", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OccupancyException("interrupted", e);
    }
  }

  /** Returns the node whose channels {@link #next} returned. */
  String node() {
    return current().node();
  }

  /** Returns when the node was considered dead, by the ticker. */
  long sinceNanos() {
    return current().sinceNanos();
  }

  private DeadNode current() {
    return Objects.requireNonNull(current, "no node is gone");
  }

  /**
   * Returns channels to remove for {@link #node}; none while the last ones are in progress.
   *
   * @throws OccupancyException when the store does not answer
   */
  Collection<TenantChannel> next(int limit) {
    if (current == null) {
      current = waiting.values().stream().findFirst().orElse(null);
    }
    if (current == null || !pending.isEmpty() || !left.isEmpty()) {
      return List.of();
    }
    Collection<TenantChannel> channels =
        returned ? List.of() : store.channelsOf(current.node(), limit);
    if (channels.isEmpty()) {
      end(current);
    }
    pending.addAll(channels);
    return channels;
  }

  private void end(DeadNode ended) {
    waiting.remove(ended.node());
    if (returned) { // or it is dead, and its report came late: then it will be considered dead
      // again
      ended
          .done()
          .completeExceptionally(
              new OccupancyException("the node has reported since it was considered dead", null));
    } else {
      ended.done().complete(null);
    }
    current = null;
    returned = false;
  }

  /**
   * Records that a channel has been removed for the node.
   *
   * @param dead false when the node has reported on it since, so that no more of its channels are
   *     removed now
   */
  void recordLeft(TenantChannel channel, boolean dead) {
    returned |= !dead;
    if (pending.remove(channel) && dead) {
      left.add(channel);
    }
  }

  /**
   * Lets the store forget the removed channels.
   *
   * @throws OccupancyException when it does not answer
   */
  void releaseLeft() {
    if (pending.isEmpty() && !left.isEmpty()) {
      store.release(node(), left);
      left.clear();
    }
  }

  /** Fails all waiting calls. */
  void close() {
    closed = true;
    for (DeadNode dead : waiting.values()) {
      dead.done().completeExceptionally(new OccupancyException("this node stops", null));
    }
  }
}
