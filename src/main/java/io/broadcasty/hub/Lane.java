package io.broadcasty.hub;

import io.broadcasty.background.BackgroundLoop;
import io.broadcasty.background.BackgroundLoops;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One thread that fans out to and writes for the connections given to it, each of which has the one
 * lane all its life: so what it knows of them stays in one processor's caches, and no two threads
 * meet over a connection.
 *
 * <p>Works in rounds: first what other threads have handed in, then what that has led to. The first
 * fills outboxes, the second writes them; so publications that come close together go out in one
 * write a connection. Tasks must not block.
 *
 * <p>A task that throws an exception ends alone. An {@link Error} may have left any connection of
 * the lane half changed: whoever listens is told, to end them, and another thread goes on with what
 * waits.
 */
public final class Lane implements Executor, AutoCloseable {

  /** Of the threads, and in the meters. */
  public static final String NAME = "lane";

  private static final Logger LOG = Logger.getLogger(Lane.class.getName());
  private static final int MAX_TASKS_A_ROUND = 64;
  private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(5);

  private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Runnable> following = new ArrayDeque<>(); // by the lane's thread only
  private final BackgroundLoops loops;
  private final Consumer<? super Lane> broken;
  private final @Nullable ClassLoader context;
  private final BackgroundLoop loop;
  private volatile @Nullable Thread thread;
  private volatile boolean parked;
  private volatile boolean closed;

  /**
   * Starts the thread.
   *
   * @param context the thread's context class loader; null for that of the caller
   * @param broken told of an Error before anything else is done on the lane
   */
  public Lane(BackgroundLoops loops, @Nullable ClassLoader context, Consumer<? super Lane> broken) {
    this.loops = loops;
    this.context = context;
    this.broken = broken;
    this.loop = loops.start(NAME, new Rounds());
  }

  private final class Rounds implements BackgroundLoop.Work {

    @Override
    public boolean round() {
      Thread current = Thread.currentThread();
      if (context != null) {
        current.setContextClassLoader(context);
      }
      parked = false;
      thread = current;
      work();
      return false;
    }

    @Override
    public void onError(Throwable error) {
      broken.accept(Lane.this);
    }
  }

  /** Runs the task later; one that comes after the end is forgotten. */
  @Override
  public void execute(Runnable task) {
    Thread own = thread;
    if (Thread.currentThread() == own) {
      following.add(task);
      return;
    }
    if (closed) {
      return;
    }
    inbox.add(task);
    if (parked) {
      parked = false;
      LockSupport.unpark(own);
    }
  }

  /** Does what has been handed in, then ends. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    if (!loop.join(STOP_MILLIS)) {
      LOG.warning("a lane did not end in time");
    }
  }

  private void work() {
    while (true) {
      boolean idle = !takeIn();
      for (int left = following.size(); left > 0; left--) {
        run(following.remove());
        idle = false;
      }
      if (idle) {
        if (closed) {
          return;
        }
        parked = true;
        if (inbox.isEmpty() && !closed) {
          LockSupport.park(this);
        }
        parked = false;
      }
    }
  }

  private boolean takeIn() {
    for (int taken = 0; taken < MAX_TASKS_A_ROUND; taken++) {
      Runnable task = inbox.poll();
      if (task == null) {
        return taken > 0;
      }
      run(task);
    }
    return true;
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.log(Level.SEVERE, "a task of a lane failed", e);
    } catch (LinkageError e) { // a stopping server may not load classes any more
      if (!loops.isStopping()) {
        throw e;
      }
      LOG.log(Level.FINE, "a task of a lane ended with the server", e);
    }
  }
}
