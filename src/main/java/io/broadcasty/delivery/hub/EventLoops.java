package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.BackgroundLoops;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The event loops of a node, assigned to its connections round-robin. */
@ThreadSafe
public final class EventLoops implements Supplier<Executor>, AutoCloseable {

  private final List<EventLoop> eventLoops;
  private final List<Consumer<? super Executor>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();

  /**
   * Starts the event loops.
   *
   * @param context the context class loader of their threads; null for that of the caller
   */
  public EventLoops(int count, BackgroundLoops loops, @Nullable ClassLoader context) {
    eventLoops =
        Stream.generate(() -> new EventLoop(loops, context, this::notifyError))
            .limit(count)
            .toList();
  }

  /** Returns the event loop for the next connection. */
  @Override
  public Executor get() {
    return eventLoops.get(Math.floorMod(connections.getAndIncrement(), eventLoops.size()));
  }

  /**
   * Sets the listener for an {@link Error} on an event loop, which has to end all connections of
   * that loop. It is called on the thread that ends, before another one continues.
   */
  public void onError(Consumer<? super Executor> listener) {
    listeners.add(listener);
  }

  private void notifyError(Executor eventLoop) {
    listeners.forEach(listener -> listener.accept(eventLoop));
  }

  /** Runs the submitted tasks, then ends the threads. */
  @Override
  public void close() {
    eventLoops.forEach(EventLoop::close);
  }
}
