package io.broadcasty.server.threads;

import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.delivery.hub.EventLoops;
import io.broadcasty.streams.broker.BrokerException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The node's own threads. The server's managed ones are not used because they capture and restore
 * the caller's context around every task, which costs more than a delivery (docs/adr/0003).
 */
public final class Threads implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Threads.class.getName());
  private static final int CORES = Math.max(2, Runtime.getRuntime().availableProcessors());
  private static final int REPLAY_THREADS = 4;
  private static final int MAX_BLOCKED = 1000;
  private static final long CHECK_MILLIS = 50;
  private static final long STOP_SECONDS = 5;

  /** Supervises all threads and reports their condition. */
  public final BackgroundLoops loops;

  /**
   * Fan out publications and write to connections. There is one for each processor, so that the
   * last subscribers of a large channel are not served late.
   */
  public final EventLoops eventLoops;

  /** Runs short recurring tasks. */
  public final ReportingScheduler scheduler;

  /** Reads and executes the commands of clients, which blocks on the store. */
  public final BlockableExecutor readers;

  /** Closes connections, which may block on the transport. */
  public final BlockableExecutor closers;

  /** Matches new channels against patterns, which may block on the policy. */
  public final BlockableExecutor patternMatchers;

  /** Answers publishers, which may block on their connections. */
  public final BlockableExecutor publishAnswers;

  /** Reads replays, which blocks on the store. */
  public final ExecutorService replays;

  /** Runs recurring tasks that may take long. */
  public final ReportingScheduler housekeeper;

  /** Runs jobs of administrators, which may take as long as it takes to read all streams. */
  final ReportingScheduler jobs;

  /** Runs recurring tasks that share state with other nodes, which blocks on the shared store. */
  final ReportingScheduler sharer;

  /**
   * Checks which users received a publication before it is pushed, which blocks on the database.
   */
  final ReportingScheduler watcher;

  public Threads(Ticker ticker) {
    loops = new BackgroundLoops(ticker);
    eventLoops =
        new EventLoops(
            Runtime.getRuntime().availableProcessors(),
            loops,
            new EventLoopClassLoader(Threads.class.getClassLoader()));
    scheduler = new ReportingScheduler(loops, "scheduler");
    readers = blockable("reader");
    closers = blockable("closer");
    patternMatchers = blockable("join");
    publishAnswers = blockable("answer");
    replays =
        new ThreadPoolExecutor(
            REPLAY_THREADS,
            REPLAY_THREADS,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            loops.threadFactory("replay"),
            new ThreadPoolExecutor.DiscardPolicy());
    housekeeper = new ReportingScheduler(loops, "housekeeper");
    sharer = new ReportingScheduler(loops, "sharer");
    jobs = new ReportingScheduler(loops, "jobs");
    watcher = new ReportingScheduler(loops, "watcher");
  }

  /** Returns an executor that runs short tasks after a delay. */
  public Executor delayed(long millis) {
    return task -> {
      var unused = scheduler.schedule(task, millis, TimeUnit.MILLISECONDS);
    };
  }

  /**
   * Schedules a short task with a fixed delay; a failure is logged and counted, and the task runs
   * again.
   *
   * @param name of the task in the meters
   */
  public void schedule(long millis, String name, Runnable task) {
    scheduleRepeating(scheduler, millis, name, task);
  }

  /**
   * Schedules a task that may take long, with a fixed delay.
   *
   * @param name of the task in the meters
   */
  public void scheduleLong(long millis, String name, Runnable task) {
    scheduleRepeating(housekeeper, millis, name, task);
  }

  /**
   * Schedules a task that takes its time, and for which nothing else waits, with a fixed delay.
   *
   * @param name of the task in the meters
   */
  public void scheduleJob(long millis, String name, Runnable task) {
    scheduleRepeating(jobs, millis, name, task);
  }

  /**
   * Schedules a task that blocks on state shared with other nodes, with a fixed delay.
   *
   * @param name of the task in the meters
   */
  public void scheduleSharing(long millis, String name, Runnable task) {
    scheduleRepeating(sharer, millis, name, task);
  }

  /**
   * Schedules a task that blocks on the database and must not run late, with a fixed delay.
   *
   * @param name of the task in the meters
   */
  public void scheduleWatching(long millis, String name, Runnable task) {
    scheduleRepeating(watcher, millis, name, task);
  }

  /** Stops replays and recurring tasks, which use the store, after those that run have finished. */
  public void stopReading() {
    shutDown(List.of(scheduler, housekeeper, jobs, sharer, watcher, replays));
  }

  /** Stops the remaining threads after the waiting tasks have run. */
  @Override
  public void close() {
    shutDown(
        List.of(readers.pool(), patternMatchers.pool(), publishAnswers.pool(), closers.pool()));
    eventLoops.close();
  }

  private static void shutDown(List<ExecutorService> executors) {
    executors.forEach(ExecutorService::shutdown);
    for (ExecutorService executor : executors) {
      try {
        if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
          executor.shutdownNow();
          LOG.log(Level.WARNING, "A thread did not end in time and was interrupted");
        }
      } catch (InterruptedException e) {
        executors.forEach(ExecutorService::shutdownNow);
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void scheduleRepeating(ReportingScheduler on, long millis, String name, Runnable task) {
    Runnable unlessAway =
        () -> {
          try {
            task.run();
          } catch (BrokerException e) {
            LOG.log(Level.DEBUG, "A recurring task cannot reach the store; it will run again", e);
          }
        };
    var unused =
        on.scheduleWithFixedDelay(
            loops.guarded(name, unlessAway), millis, millis, TimeUnit.MILLISECONDS);
  }

  private BlockableExecutor blockable(String name) {
    return new BlockableExecutor(
        CORES,
        MAX_BLOCKED,
        loops,
        name,
        look -> {
          var unused = scheduler.schedule(look, CHECK_MILLIS, TimeUnit.MILLISECONDS);
        });
  }
}
