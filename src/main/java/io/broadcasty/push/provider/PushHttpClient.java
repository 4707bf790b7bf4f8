package io.broadcasty.push.provider;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.http.BoundedBodySubscriber;
import io.broadcasty.core.http.CallFailure;
import io.broadcasty.core.http.RenewedClients;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client of a push service: one client for all its messages, HTTP/2 where the service
 * supports it, a timeout for each exchange, bounded replies, no redirects.
 *
 * <p>A failed exchange becomes {@link ProviderResponse.Retry}, whose reason contains no address.
 *
 * <p>No method blocks.
 */
@ThreadSafe
public final class PushHttpClient implements AutoCloseable {

  /** The most bytes that are read of a reply; what matters in one is short. */
  static final int MAX_REPLY_BYTES = 64 * 1024;

  private static final int WORKERS = Math.max(2, Runtime.getRuntime().availableProcessors());
  private static final long IDLE_SECONDS = 2;

  /**
   * The message of the JDK's client when an HTTP/2 connection has reached its limit of concurrent
   * streams.
   */
  private static final String TOO_MANY_STREAMS = "too many concurrent streams";

  private final WallClock clock;
  private final ThreadPoolExecutor workers;
  private final ResponseTimeouts timeouts;

  /** The JDK's clients, which stop when nothing refers to them; null when closed. */
  private volatile @Nullable RenewedClients clients;

  /**
   * Creates a client.
   *
   * @param timeout for connecting, and for each exchange as a whole
   * @param threads makes the threads that run the client's tasks; idle ones end
   */
  public PushHttpClient(Duration timeout, WallClock clock, ThreadFactory threads) {
    this(timeout, clock, threads, HttpClient.newBuilder());
  }

  /** Creates a client with further properties, for tests. */
  PushHttpClient(
      Duration timeout, WallClock clock, ThreadFactory threads, HttpClient.Builder properties) {
    this.clock = clock;
    this.workers =
        new ThreadPoolExecutor(
            WORKERS, WORKERS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    workers.allowCoreThreadTimeOut(true);
    this.timeouts = new ResponseTimeouts(timeout, threads);
    HttpClient.Builder builder =
        properties
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(workers);
    this.clients = new RenewedClients(builder::build, Ticker.system(), timeout);
  }

  /** Returns the timeout for connecting, and for each exchange as a whole. */
  public Duration timeout() {
    return timeouts.timeout();
  }

  /** Returns the executor for tasks that need the processor; tasks must not block. */
  public Executor executor() {
    return workers;
  }

  /**
   * Starts a request; over plain HTTP it is HTTP/1.1, without the upgrade to HTTP/2 that no service
   * offers there.
   */
  public static HttpRequest.Builder request(URI uri) {
    return HttpRequest.newBuilder(uri)
        .version(
            "https".equalsIgnoreCase(uri.getScheme())
                ? HttpClient.Version.HTTP_2
                : HttpClient.Version.HTTP_1_1);
  }

  /**
   * Returns the outcome of the work, or {@link ProviderResponse.Retry} when it does not complete
   * within the timeout.
   */
  public CompletableFuture<ProviderResponse> withTimeout(CompletableFuture<ProviderResponse> work) {
    return timeouts.withTimeout(work);
  }

  /**
   * Sends a request and maps the reply to an outcome.
   *
   * @param verdict is called on a thread of this client; what it throws completes the result
   *     exceptionally
   */
  public CompletableFuture<ProviderResponse> exchange(
      HttpRequest request, Function<HttpReply, ProviderResponse> verdict) {
    return exchange(request, verdict, failed -> failed);
  }

  /**
   * Sends a request whose result is not a {@link ProviderResponse}.
   *
   * @param failure makes the result when there was no reply
   */
  public <T> CompletableFuture<T> exchange(
      HttpRequest request,
      Function<HttpReply, T> verdict,
      Function<ProviderResponse.Retry, T> failure) {
    RenewedClients current = clients;
    if (current == null) {
      return CompletableFuture.completedFuture(
          failure.apply(new ProviderResponse.Retry("this node is stopping", null)));
    }
    HttpClient open = current.of(request.uri());
    CompletableFuture<HttpResponse<byte[]>> sent = send(open, request);
    CompletableFuture<T> judged =
        sent.handle(
            (response, thrown) ->
                response == null
                    ? failure.apply(toRetry(thrown))
                    : verdict.apply(
                        new HttpReply(
                            response.statusCode(), response.headers(), response.body(), clock)));
    return timeouts
        .withTimeout(judged, failure)
        .whenComplete(
            (outcome, thrown) -> {
              if (sent.cancel(true)) { // it has no effect unless the deadline passed
                current.leave(request.uri(), open);
              }
            });
  }

  /**
   * Sends a request; when an HTTP/2 connection has no stream left, sends it again over HTTP/1.1,
   * since nothing has been sent by then.
   */
  private static CompletableFuture<HttpResponse<byte[]>> send(
      HttpClient open, HttpRequest request) {
    return open.sendAsync(request, reply -> new BoundedBodySubscriber(MAX_REPLY_BYTES))
        .exceptionallyCompose(
            thrown ->
                CallFailure.unwrap(thrown) instanceof IOException crowded
                        && String.valueOf(crowded.getMessage()).contains(TOO_MANY_STREAMS)
                    ? open.sendAsync(
                        HttpRequest.newBuilder(request, (name, value) -> true)
                            .version(HttpClient.Version.HTTP_1_1)
                            .build(),
                        reply -> new BoundedBodySubscriber(MAX_REPLY_BYTES))
                    : CompletableFuture.failedFuture(thrown));
  }

  private ProviderResponse.Retry toRetry(Throwable thrown) {
    String reason =
        switch (CallFailure.of(thrown)) {
          case TIMEOUT -> null;
          case TLS ->
              "no TLS connection: the service's certificate is not trusted, or it speaks no TLS";
          case UNREACHABLE -> "the service cannot be connected to";
          case BROKEN, OTHER -> "the connection broke";
        };
    return reason == null
        ? timeouts.timedOut()
        : new ProviderResponse.Retry(reason, null, CallFailure.unwrap(thrown));
  }

  @Override
  public void close() {
    clients = null;
  }
}
