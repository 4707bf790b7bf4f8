package io.broadcasty.relay.provider;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.relay.failover.ProviderFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Calls providers over HTTP, each call within one timeout from its beginning to the last byte of
 * the reply.
 */
@ThreadSafe
public final class ProviderHttpClient {

  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int MAX_RETRY_AFTER_SECONDS = 3600;

  private final HttpClient client;
  private final Duration timeout;

  /**
   * Creates the caller.
   *
   * @param client shared by all providers
   * @param timeout of one call
   */
  public ProviderHttpClient(HttpClient client, Duration timeout) {
    this.client = client;
    this.timeout = timeout;
  }

  /** Returns a client that follows no redirects, since a request is signed for its address. */
  public static HttpClient client(Duration timeout) {
    return HttpClient.newBuilder()
        .connectTimeout(timeout)
        .followRedirects(HttpClient.Redirect.NEVER)
        .build();
  }

  /**
   * Sends a request and waits for the whole reply, whatever its status.
   *
   * @throws ProviderException when there is no reply in time
   * @throws InterruptedException when the thread is asked to end
   */
  public <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> body)
      throws ProviderException, InterruptedException {
    CompletableFuture<HttpResponse<T>> answer =
        client.sendAsync(request.timeout(timeout).build(), body);
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw timedOut(e);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } finally {
      answer.cancel(true); // releases the connection, unless the call has completed
    }
  }

  /** Returns the exception for a status that is not a success. */
  public static ProviderException failure(HttpResponse<?> answer) {
    int status = answer.statusCode();
    return new ProviderException(
        switch (status) {
          case UNAUTHORIZED, FORBIDDEN ->
              ProviderFailure.misconfigured("refuses the credentials (" + status + ")");
          case TOO_MANY_REQUESTS ->
              new ProviderFailure("has had too many requests (429)", retryAfter(answer), false);
          case NOT_FOUND ->
              ProviderFailure.misconfigured(
                  "answers 404: the address or the application's id is wrong");
          default ->
              status >= 500 || status == TIMEOUT
                  ? new ProviderFailure("answers " + status, retryAfter(answer), false)
                  : ProviderFailure.misconfigured("answers " + status);
        },
        null);
  }

  /** Returns the delay of the header Retry-After, if it is a number of seconds. */
  private static @Nullable Duration retryAfter(HttpResponse<?> answer) {
    String text = answer.headers().firstValue("Retry-After").orElse("");
    return text.matches("[0-9]{1,9}")
        ? Duration.ofSeconds(Math.min(MAX_RETRY_AFTER_SECONDS, Integer.parseInt(text)))
        : null;
  }

  private ProviderException timedOut(Throwable cause) {
    return new ProviderException(
        ProviderFailure.temporary("does not answer within " + timeout.toMillis() + " ms"), cause);
  }

  private ProviderException failure(@Nullable Throwable cause) {
    if (cause instanceof HttpConnectTimeoutException
        || cause instanceof ConnectException
        || cause instanceof UnresolvedAddressException) {
      return new ProviderException(ProviderFailure.temporary("cannot be reached"), cause);
    }
    if (cause instanceof HttpTimeoutException) {
      return timedOut(cause);
    }
    if (cause instanceof SSLException) {
      return new ProviderException(
          ProviderFailure.misconfigured("has a TLS certificate or protocol that is not accepted"),
          cause);
    }
    if (cause instanceof IOException) {
      return new ConnectionBrokenException(cause);
    }
    return new ProviderException(ProviderFailure.temporary("cannot be called"), cause);
  }
}
