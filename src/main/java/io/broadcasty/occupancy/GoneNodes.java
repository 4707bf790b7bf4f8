package io.broadcasty.occupancy;

import io.broadcasty.channel.TenantChannel;
import io.broadcasty.time.Ticker;
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
 * Nodes that are gone, whose channels are left for them one node after the other, some at a time.
 * But for {@link #await} and {@link #close}, for one thread.
 */
final class GoneNodes {

  /** Who waits says in between that it lives itself, and may wait again. */
  private static final long PATIENCE_SECONDS = 3;

  private final OccupancyStore store;
  private final Ticker ticker;
  private final Map<String, Gone> waiting = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * A node.
   *
   * @param sinceNanos when it was taken for dead
   */
  private record Gone(String node, long sinceNanos, CompletableFuture<Void> done) {}

  private @Nullable Gone current;
  private boolean returned;
  private final Set<TenantChannel> underWay = new HashSet<>();
  private final List<TenantChannel> left = new ArrayList<>();

  GoneNodes(OccupancyStore store, Ticker ticker) {
    this.store = store;
    this.ticker = ticker;
  }

  /** Has a node's channels left, and waits for that a while; it goes on afterwards. */
  void await(String gone) {
    CompletableFuture<Void> done =
        waiting
            .computeIfAbsent(
                gone, name -> new Gone(name, ticker.readNanos(), new CompletableFuture<>()))
            .done();
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
    return current().node();
  }

  /** When it was taken for dead, by the ticker. */
  long sinceNanos() {
    return current().sinceNanos();
  }

  private Gone current() {
    return Objects.requireNonNull(current, "no node is gone");
  }

  /**
   * Channels to be left for {@link #node}; none as long as the last ones are under way.
   *
   * @throws OccupancyException when the store does not answer
   */
  Collection<TenantChannel> next(int limit) {
    if (current == null) {
      current = waiting.values().stream().findFirst().orElse(null);
    }
    if (current == null || !underWay.isEmpty() || !left.isEmpty()) {
      return List.of();
    }
    Collection<TenantChannel> channels =
        returned ? List.of() : store.channelsOf(current.node(), limit);
    if (channels.isEmpty()) {
      end(current);
    }
    underWay.addAll(channels);
    return channels;
  }

  private void end(Gone ended) {
    waiting.remove(ended.node());
    if (returned) { // or it is dead, and that came late: then it is taken for dead anew
      ended
          .done()
          .completeExceptionally(
              new OccupancyException("the node has spoken since it was taken for dead", null));
    } else {
      ended.done().complete(null);
    }
    current = null;
    returned = false;
  }

  /**
   * A channel has been left for the node.
   *
   * @param gone false when the node has spoken of it meanwhile, so that no more is left for it now
   */
  void left(TenantChannel channel, boolean gone) {
    returned |= !gone;
    if (underWay.remove(channel) && gone) {
      left.add(channel);
    }
  }

  /**
   * Lets the store forget what has been left.
   *
   * @throws OccupancyException when it does not answer
   */
  void releaseLeft() {
    if (underWay.isEmpty() && !left.isEmpty()) {
      store.release(node(), left);
      left.clear();
    }
  }

  /** Nobody waits any longer. */
  void close() {
    closed = true;
    for (Gone gone : waiting.values()) {
      gone.done().completeExceptionally(new OccupancyException("the node stops", null));
    }
  }
}
