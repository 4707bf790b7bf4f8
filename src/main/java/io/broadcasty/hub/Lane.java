package io.broadcasty.hub;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One thread that fans out to and writes for the connections given to it, each of which has the one
 * lane all its life: so what it knows of them stays in one processor's caches, and no two threads
 * meet over a connection.
 *
 * <p>Works in rounds: first what other threads have handed in, then what that has led to. The first
 * fills outboxes, the second writes them; so publications that come close together go out in one
 * write a connection. Tasks must not block.
 */
public final class Lane implements Executor, AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Lane.class.getName());
  private static final int MAX_TASKS_A_ROUND = 64;
  private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(5);

  private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Runnable> following = new ArrayDeque<>(); // by the lane's thread only
  private final Thread thread;
  private volatile boolean parked;
  private volatile boolean closed;

  /** Starts the thread. */
  public Lane(ThreadFactory threads) {
    thread = threads.newThread(this::work);
    thread.start();
  }

  /** Runs the task later; one that comes after the end is forgotten. */
  @Override
  public void execute(Runnable task) {
    if (Thread.currentThread() == thread) {
      following.add(task);
      return;
    }
    if (closed) {
      return;
    }
    inbox.add(task);
    if (parked) {
      parked = false;
      LockSupport.unpark(thread);
    }
  }

  /** Does what has been handed in, then ends. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(STOP_MILLIS);
      if (thread.isAlive()) {
        LOG.warning("a lane did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | LinkageError e) { // a stopping server may not load classes any more
      LOG.log(Level.SEVERE, "a task of a lane failed", e);
    }
  }
}
