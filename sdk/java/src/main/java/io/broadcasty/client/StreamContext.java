package io.broadcasty.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What all streams of a client share. */
final class StreamContext {

  private final HttpClient http;
  private final URI address;
  private final Credentials credentials;
  private final Executor executor;
  private final ScheduledExecutorService timers;
  private final Set<EventStream> open = ConcurrentHashMap.newKeySet();

  StreamContext(
      HttpClient http,
      URI address,
      Credentials credentials,
      Executor executor,
      ScheduledExecutorService timers) {
    this.http = http;
    this.address = address;
    this.credentials = credentials;
    this.executor = executor;
    this.timers = timers;
  }

  HttpClient http() {
    return http;
  }

  URI address() {
    return address;
  }

  Credentials credentials() {
    return credentials;
  }

  Executor executor() {
    return executor;
  }

  /** Runs something on the executor after a while; never, if the client has been closed. */
  void later(long millis, Runnable task) {
    try {
      var unused = timers.schedule(() -> executor.execute(task), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      close();
    }
  }

  void opened(EventStream stream) {
    open.add(stream);
  }

  void closed(EventStream stream) {
    open.remove(stream);
  }

  void close() {
    open.forEach(EventStream::close);
  }
}
