package io.broadcasty.transport.http;

import io.broadcasty.admin.events.EventFeed;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads that send events to administrators: one for each, since a send may block. */
public final class EventThreads implements AutoCloseable {

  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor sends;

  /**
   * @param threads creates the threads, as they are needed
   */
  public EventThreads(ThreadFactory threads) {
    this.sends =
        new ThreadPoolExecutor(
            EventFeed.MAX_READERS,
            EventFeed.MAX_READERS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads);
    sends.allowCoreThreadTimeOut(true);
  }

  Executor sends() {
    return sends;
  }

  @Override
  public void close() {
    sends.shutdownNow();
  }
}
