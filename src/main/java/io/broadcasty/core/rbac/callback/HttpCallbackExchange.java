package io.broadcasty.core.rbac.callback;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.http.BoundedBodySubscriber;
import io.broadcasty.core.http.CallFailure;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.http.RefusedEndpointException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Posts by the JDK's client: to allowed addresses only, checked before each request, without
 * redirects, with bounded replies. HTTP/1.1, so that a request that is given up takes its
 * connection with it, and no other.
 */
@ThreadSafe
final class HttpCallbackExchange implements CallbackExchange {

  static final int MAX_REPLY_BYTES = 4096;
  private static final long IDLE_SECONDS = 2;

  private final URI address;
  private final Duration timeout;
  private final EndpointGuard guard;
  private final ThreadPoolExecutor workers;

  @SuppressWarnings("ThreadSafe") // HttpClient is
  private final HttpClient client;

  HttpCallbackExchange(CallbackSettings settings, int threads) {
    this.address = settings.address();
    this.timeout = settings.timeout();
    this.guard = settings.guard();
    this.workers =
        new ThreadPoolExecutor(
            0,
            2 * threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "broadcasty-policy-callback");
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.CallerRunsPolicy());
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(workers)
            .build();
  }

  @Override
  public Reply post(Map<String, String> headers, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .header("User-Agent", "Broadcasty")
            .POST(HttpRequest.BodyPublishers.ofString(body, UTF_8));
    headers.forEach(request::header);
    CompletableFuture<HttpResponse<byte[]>> reply =
        CompletableFuture.runAsync(this::requireAllowed, workers)
            .thenCompose(
                allowed ->
                    client.sendAsync(
                        request.build(), info -> new BoundedBodySubscriber(MAX_REPLY_BYTES + 1)));
    try {
      return reply(reply.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      throw new CallbackException("there is no reply within " + timeout.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw new CallbackException(problem(CallFailure.unwrap(e)), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallbackException("interrupted while waiting for the reply", e);
    } finally {
      reply.cancel(true); // releases the connection, unless the reply has ended
    }
  }

  private static Reply reply(HttpResponse<byte[]> response) {
    if (response.body().length > MAX_REPLY_BYTES) {
      throw new CallbackException("the reply has more than " + MAX_REPLY_BYTES + " bytes", null);
    }
    return new Reply(
        response.statusCode(),
        new String(response.body(), UTF_8),
        response.headers().firstValue("Cache-Control").orElse(null));
  }

  private void requireAllowed() {
    try {
      guard.requirePublicAddress(address);
    } catch (RefusedEndpointException | UnknownHostException e) {
      throw new CompletionException(e);
    }
  }

  private String problem(@Nullable Throwable failure) {
    if (failure instanceof RefusedEndpointException) {
      return String.valueOf(failure.getMessage());
    }
    if (failure instanceof UnknownHostException) {
      return "the host cannot be resolved";
    }
    return switch (CallFailure.of(failure)) {
      case TIMEOUT -> "there is no reply within " + timeout.toMillis() + " ms";
      case TLS -> "there is no TLS connection: its certificate is not trusted, or it speaks no TLS";
      case UNREACHABLE -> "it cannot be connected to";
      case BROKEN, OTHER -> "the connection broke";
    };
  }
}
