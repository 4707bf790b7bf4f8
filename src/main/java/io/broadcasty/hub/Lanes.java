package io.broadcasty.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.background.BackgroundLoops;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The lanes of a node, given to its connections in turn. */
@ThreadSafe
public final class Lanes implements Supplier<Executor>, AutoCloseable {

  private final List<Lane> lanes;
  private final List<Consumer<? super Executor>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();

  /**
   * Starts the lanes.
   *
   * @param context the context class loader of their threads; null for that of the caller
   */
  public Lanes(int count, BackgroundLoops loops, @Nullable ClassLoader context) {
    lanes = Stream.generate(() -> new Lane(loops, context, this::broken)).limit(count).toList();
  }

  /** The lane of the next connection. */
  @Override
  public Executor get() {
    return lanes.get(Math.floorMod(connections.getAndIncrement(), lanes.size()));
  }

  /**
   * Tells of a lane that has met an {@link Error}, on the thread that ends and before another goes
   * on: all connections of the lane are to be ended.
   */
  public void onBroken(Consumer<? super Executor> listener) {
    listeners.add(listener);
  }

  private void broken(Executor lane) {
    listeners.forEach(listener -> listener.accept(lane));
  }

  /** Does what has been handed in, then ends. */
  @Override
  public void close() {
    lanes.forEach(Lane::close);
  }
}
