package io.broadcasty.delivery.hub;

import io.broadcasty.core.background.BackgroundLoop;
import io.broadcasty.core.background.BackgroundLoops;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An event loop: one thread that fans out to and writes for the connections assigned to it.
 *
 * <p>A connection stays with its event loop until it closes, so its data stays in one processor's
 * caches and no two threads contend for it.
 *
 * <p>The thread works in rounds: it first runs the tasks that other threads have submitted, then
 * the tasks that these have submitted. The first fill outboxes, the second write them, so
 * publications that come close together go out in one write for each connection. Tasks must not
 * block.
 *
 * <p>A task that throws an exception does not affect others. An {@link Error} may have left any
 * connection of the loop in an inconsistent state: the error listener is told to end them, and
 * another thread continues with the waiting tasks.
 */
public final class EventLoop implements Executor, AutoCloseable {

  /** The name of the threads, also in the meters. */
  public static final String NAME = "event-loop";

  private static final System.Logger LOG = System.getLogger(EventLoop.class.getName());
  private static final int MAX_TASKS_A_ROUND = 64;
  private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(5);

  private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Runnable> localTasks =
      new ArrayDeque<>(); // used by the loop's thread only
  private final BackgroundLoops loops;
  private final Consumer<? super EventLoop> errorListener;
  private final @Nullable ClassLoader context;
  private final BackgroundLoop loop;
  private volatile @Nullable Thread thread;
  private volatile boolean parked;
  private volatile boolean closed;

  /**
   * Starts the thread.
   *
   * @param context the thread's context class loader; null for that of the caller
   * @param errorListener called after an Error, before any other task runs
   */
  public EventLoop(
      BackgroundLoops loops,
      @Nullable ClassLoader context,
      Consumer<? super EventLoop> errorListener) {
    this.loops = loops;
    this.context = context;
    this.errorListener = errorListener;
    this.loop = loops.start(NAME, new Rounds());
  }

  private final class Rounds implements BackgroundLoop.Work {

    @Override
    public boolean runRound() {
      Thread current = Thread.currentThread();
      if (context != null) {
        current.setContextClassLoader(context);
      }
      parked = false;
      thread = current;
      runLoop();
      return false;
    }

    @Override
    public void onError(Throwable error) {
      errorListener.accept(EventLoop.this);
    }
  }

  /** Submits a task; ignored after {@link #close}. */
  @Override
  public void execute(Runnable task) {
    Thread own = thread;
    if (Thread.currentThread() == own) {
      localTasks.add(task);
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

  /** Runs the submitted tasks, then ends the thread. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    if (!loop.join(STOP_MILLIS)) {
      LOG.log(Level.WARNING, "An event loop did not end in time");
    }
  }

  private void runLoop() {
    while (true) {
      boolean idle = !runInbox();
      for (int left = localTasks.size(); left > 0; left--) {
        run(localTasks.remove());
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

  private boolean runInbox() {
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
      LOG.log(Level.ERROR, "A task of an event loop failed", e);
    } catch (LinkageError e) { // classes may not load while the server stops
      if (!loops.isStopping()) {
        throw e;
      }
      LOG.log(Level.DEBUG, "A task of an event loop ended because the server is stopping", e);
    }
  }
}
