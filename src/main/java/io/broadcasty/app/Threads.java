package io.broadcasty.app;

import io.broadcasty.background.BackgroundLoops;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.hub.Lanes;
import io.broadcasty.time.Ticker;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The node's own threads. Not the server's managed ones, since those capture and restore the
 * caller's context around every task, which costs more than a delivery (docs/adr/0003).
 */
final class Threads implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Threads.class.getName());
  private static final int CORES = Math.max(2, Runtime.getRuntime().availableProcessors());
  private static final int REPLAY_THREADS = 4;
  private static final int MAX_BLOCKED = 1000;
  private static final long LOOK_MILLIS = 50;
  private static final long STOP_SECONDS = 5;

  /** What keeps all of them going, and knows how they are. */
  final BackgroundLoops loops;

  /** Fan out and write; as many as processors, so that a large channel's last are not late. */
  final Lanes lanes;

  /** Runs what is due from time to time; its tasks are short. */
  final ReportingScheduler scheduler;

  /** Reads what clients send and carries it out, which blocks on the store. */
  final BlockableExecutor readers;

  /** Runs the end of connections, which may block on the transport. */
  final BlockableExecutor closers;

  /** Asks policies whether patterns match what has come into being, which may block on them. */
  final BlockableExecutor joins;

  /** Tells publishers what became of their publications, which may block on their connections. */
  final BlockableExecutor answers;

  /** Reads replays, which blocks on the store. */
  final ExecutorService replays;

  /** Runs what is due from time to time and may take long. */
  final ReportingScheduler housekeeper;

  /** Tells other nodes what they should know soon, which blocks on what is shared with them. */
  final ReportingScheduler sharer;

  /** Looks who has had what is to be pushed otherwise, which blocks on the database. */
  final ReportingScheduler watcher;

  Threads(Ticker ticker) {
    loops = new BackgroundLoops(ticker);
    lanes =
        new Lanes(
            Runtime.getRuntime().availableProcessors(),
            loops,
            new WriterClassLoader(Threads.class.getClassLoader()));
    scheduler = new ReportingScheduler(loops, "scheduler");
    readers = blockable("reader");
    closers = blockable("closer");
    joins = blockable("join");
    answers = blockable("answer");
    replays =
        new ThreadPoolExecutor(
            REPLAY_THREADS,
            REPLAY_THREADS,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            loops.threads("replay"),
            new ThreadPoolExecutor.DiscardPolicy());
    housekeeper = new ReportingScheduler(loops, "housekeeper");
    sharer = new ReportingScheduler(loops, "sharer");
    watcher = new ReportingScheduler(loops, "watcher");
  }

  /** Runs short tasks so much later. */
  Executor after(long millis) {
    return task -> {
      var unused = scheduler.schedule(task, millis, TimeUnit.MILLISECONDS);
    };
  }

  /**
   * Runs a short task again and again; a failure is logged and counted, and does not end it.
   *
   * @param name of the task in the meters, as for the next ones
   */
  void every(long millis, String name, Runnable task) {
    repeat(scheduler, millis, name, task);
  }

  /** Runs a task that may take long again and again, some time after it has ended. */
  void rarely(long millis, String name, Runnable task) {
    repeat(housekeeper, millis, name, task);
  }

  /** Runs a task that blocks on what is shared with other nodes, again and again. */
  void sharing(long millis, String name, Runnable task) {
    repeat(sharer, millis, name, task);
  }

  /** Runs a task that blocks on the database and must not come late, again and again. */
  void watching(long millis, String name, Runnable task) {
    repeat(watcher, millis, name, task);
  }

  /** Ends what uses the store: replays and recurring tasks. What is under way comes to its end. */
  void endReading() {
    end(List.of(scheduler, housekeeper, sharer, watcher, replays));
  }

  /** Ends the rest, after what waits has been done. */
  @Override
  public void close() {
    end(List.of(readers.pool(), joins.pool(), answers.pool(), closers.pool()));
    lanes.close();
  }

  private static void end(List<ExecutorService> executors) {
    executors.forEach(ExecutorService::shutdown);
    for (ExecutorService executor : executors) {
      try {
        if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
          executor.shutdownNow();
          LOG.warning("a thread did not end in time");
        }
      } catch (InterruptedException e) {
        executors.forEach(ExecutorService::shutdownNow);
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void repeat(ReportingScheduler on, long millis, String name, Runnable task) {
    Runnable unlessAway =
        () -> {
          try {
            task.run();
          } catch (BrokerException e) {
            LOG.log(Level.FINE, "a recurring task found no store; it will be run again", e);
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
          var unused = scheduler.schedule(look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        });
  }
}
