package io.broadcasty.webhook.sending;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.http.BoundedBodySubscriber;
import io.broadcasty.core.http.CallFailure;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.http.RefusedEndpointException;
import io.broadcasty.core.http.RetryAfter;
import io.broadcasty.core.time.WallClock;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Posts by the JDK's client: to allowed addresses only, checked before each request, without
 * redirects, with bounded answers. HTTP/1.1, so that a request that is given up takes its
 * connection with it, and no other.
 */
@ThreadSafe
public final class HttpWebhookClient implements WebhookClient, AutoCloseable {

  /** How long an endpoint may take to answer. */
  public static final Duration TIMEOUT = Duration.ofSeconds(15);

  private static final int MAX_ANSWER_BYTES = 1024;
  private static final int WORKERS = Math.max(2, Runtime.getRuntime().availableProcessors());

  /** How many hosts are resolved at the same time; many, so that slow ones delay few others. */
  private static final int MAX_LOOKUPS = 64;

  private static final long IDLE_SECONDS = 2;

  private final EndpointGuard guard;
  private final WallClock clock;
  private final ThreadPoolExecutor workers;
  private final ThreadPoolExecutor lookups;

  /** The JDK's client, which stops when nothing refers to it; null when closed. */
  private volatile @Nullable HttpClient client;

  /**
   * @param threads makes the threads, which end when they are idle
   */
  public HttpWebhookClient(EndpointGuard guard, WallClock clock, ThreadFactory threads) {
    this.guard = guard;
    this.clock = clock;
    this.workers = pool(WORKERS, threads);
    this.lookups = pool(MAX_LOOKUPS, threads);
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(workers)
            .build();
  }

  private static ThreadPoolExecutor pool(int size, ThreadFactory threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size, size, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  @Override
  public CompletableFuture<Answer> post(String url, Map<String, String> headers, String body) {
    URI uri;
    try {
      uri = guard.parse(url);
    } catch (RefusedEndpointException e) {
      return CompletableFuture.completedFuture(Answer.none(String.valueOf(e.getMessage())));
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .header("User-Agent", "Broadcasty-Webhooks")
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    headers.forEach(request::header);
    CompletableFuture<Answer> result = new CompletableFuture<>();
    if (guard.allowed().isListed(uri)) {
      send(request.build(), result);
      return result;
    }
    try {
      lookups.execute(
          () -> {
            String refusal = refusal(uri);
            if (refusal != null) {
              result.complete(Answer.none(refusal));
            } else if (!result.isDone()) {
              send(request.build(), result);
            }
          });
    } catch (RejectedExecutionException e) {
      result.complete(Answer.none("this node is stopping"));
    }
    return result;
  }

  private @Nullable String refusal(URI uri) {
    try {
      guard.requirePublicAddress(uri);
      return null;
    } catch (RefusedEndpointException e) {
      return String.valueOf(e.getMessage());
    } catch (UnknownHostException e) {
      return "the host cannot be resolved";
    }
  }

  private void send(HttpRequest request, CompletableFuture<Answer> result) {
    HttpClient open = client;
    if (open == null) {
      result.complete(Answer.none("this node is stopping"));
      return;
    }
    CompletableFuture<HttpResponse<byte[]>> sent =
        open.sendAsync(request, reply -> new BoundedBodySubscriber(MAX_ANSWER_BYTES));
    var unusedResult =
        result.whenComplete(
            (answer, cancelled) -> {
              if (cancelled != null) {
                sent.cancel(true);
              }
            });
    var unusedSent =
        sent.whenComplete(
            (response, thrown) ->
                result.complete(response == null ? none(thrown) : answer(response)));
  }

  private Answer answer(HttpResponse<byte[]> response) {
    return new Answer(
        response.statusCode(),
        null,
        new String(response.body(), StandardCharsets.UTF_8),
        RetryAfter.of(response.headers(), clock, RetrySchedule.MAX_RETRY_AFTER));
  }

  private static Answer none(@Nullable Throwable thrown) {
    return Answer.none(
        switch (CallFailure.of(thrown)) {
          case TIMEOUT -> "no answer within " + TIMEOUT.toSeconds() + " s";
          case TLS -> "no TLS connection: its certificate is not trusted, or it speaks no TLS";
          case UNREACHABLE -> "the endpoint cannot be connected to";
          case BROKEN, OTHER -> "the connection broke";
        });
  }

  @Override
  public void close() {
    client = null;
    lookups.shutdown();
  }
}
