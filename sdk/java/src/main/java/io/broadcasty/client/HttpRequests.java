package io.broadcasty.client;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Sends requests, and repeats those that can be repeated until they succeed or time is up. */
final class HttpRequests {

  /** Whether a request does the same when it is sent twice. */
  enum Repeat {
    SAFE,
    NEVER
  }

  private final HttpClient http;
  private final URI base;
  private final Credentials credentials;
  private final Executor executor;
  private final Duration requestTimeout;
  private final Duration patience;

  HttpRequests(
      HttpClient http,
      URI base,
      Credentials credentials,
      Executor executor,
      Duration requestTimeout,
      Duration patience) {
    this.http = http;
    this.base = base;
    this.credentials = credentials;
    this.executor = executor;
    this.requestTimeout = requestTimeout;
    this.patience = patience;
  }

  /** Returns the address of a resource. */
  URI address(String scheme, String path, String query) {
    String text = base.toString();
    String root = text.substring(text.indexOf(':'));
    return URI.create(scheme + root + path + (query.isEmpty() ? "" : "?" + query));
  }

  /** Returns parameters as a query, without those that are null. */
  static String query(Map<String, ?> parameters) {
    return parameters.entrySet().stream()
        .filter(entry -> entry.getValue() != null)
        .map(entry -> escape(entry.getKey()) + "=" + escape(entry.getValue().toString()))
        .collect(Collectors.joining("&"));
  }

  /** Escapes a part of a path or query. */
  static String escape(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * Sends a request.
   *
   * @param body JSON; null for none
   * @return the answer; JSON's null if it has no body. It fails with a {@link BroadcastyException},
   *     or with what the credentials throw.
   */
  CompletableFuture<Json> send(
      String method, String path, String query, String body, Repeat repeat) {
    Attempt attempt = new Attempt(method, path, query, body == null ? "" : body, repeat);
    return CompletableFuture.supplyAsync(() -> attempt, executor).thenCompose(Attempt::send);
  }

  /** Waits for an answer. */
  static <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.cancel(true);
      throw new BroadcastyException(
          BroadcastyException.CLOSED, 0, null, "the thread was interrupted", e);
    } catch (ExecutionException e) {
      throw unchecked(e.getCause());
    }
  }

  private static RuntimeException unchecked(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
  }

  /** A request with its repetitions. */
  private final class Attempt {

    private final String method;
    private final String path;
    private final String query;
    private final String body;
    private final boolean repeated;
    private final Backoff backoff = new Backoff();
    private final long start = System.nanoTime();

    Attempt(String method, String path, String query, String body, Repeat repeat) {
      this.method = method;
      this.path = path;
      this.query = query;
      this.body = body;
      this.repeated = repeat == Repeat.SAFE;
    }

    CompletableFuture<Json> send() {
      return http.sendAsync(request(), HttpResponse.BodyHandlers.ofString())
          .handle(this::read)
          .thenCompose(answer -> answer);
    }

    private HttpRequest request() {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      URI address = address(base.getScheme(), path, query);
      HttpRequest.Builder request =
          HttpRequest.newBuilder(address)
              .timeout(requestTimeout)
              .method(
                  method,
                  bytes.length == 0
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofByteArray(bytes));
      credentials.headers(method, address.getRawPath(), query, bytes).forEach(request::setHeader);
      if (bytes.length > 0) {
        request.setHeader("Content-Type", "application/json");
      }
      return request.build();
    }

    private CompletableFuture<Json> read(HttpResponse<String> answer, Throwable failure) {
      if (failure != null) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof IOException
            ? failed(unreachable(cause))
            : CompletableFuture.failedFuture(cause);
      }
      if (answer.statusCode() / 100 != 2) {
        return failed(Problems.read(answer));
      }
      try {
        return CompletableFuture.completedFuture(
            Json.parse(answer.body().isEmpty() ? "null" : answer.body()));
      } catch (JsonException e) {
        return failed(
            Problems.unexpected(
                answer.statusCode(), answer.headers(), answer.uri() + " did not answer JSON"));
      }
    }

    private BroadcastyException unreachable(Throwable cause) {
      return new BroadcastyException(
          BroadcastyException.UNREACHABLE, 0, null, "no answer from " + base + ": " + cause, cause);
    }

    private CompletableFuture<Json> failed(BroadcastyException failure) {
      long wait = backoff.next(failure.retryAfter().orElse(Duration.ZERO)).toMillis();
      long spent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      if (!repeated || !failure.isTemporary() || spent + wait > patience.toMillis()) {
        return CompletableFuture.failedFuture(failure);
      }
      return CompletableFuture.supplyAsync(
              () -> this, CompletableFuture.delayedExecutor(wait, TimeUnit.MILLISECONDS, executor))
          .thenCompose(Attempt::send);
    }
  }
}
