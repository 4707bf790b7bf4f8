package io.broadcasty.relay.provider;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.http.CallFailure;
import io.broadcasty.core.http.RenewedClients;
import io.broadcasty.core.http.RetryAfter;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.relay.failover.ProviderFailure;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
  private static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

  private final RenewedClients clients;
  private final Duration timeout;
  private final WallClock clock;

  /**
   * Creates the caller.
   *
   * @param timeout of one call
   * @param clock tells how far away the date of a Retry-After is
   */
  public ProviderHttpClient(Duration timeout, WallClock clock) {
    this(timeout, clock, HttpClient.newBuilder());
  }

  /** Creates the caller with further properties of the client, for tests. */
  ProviderHttpClient(Duration timeout, WallClock clock, HttpClient.Builder properties) {
    HttpClient.Builder builder =
        properties.connectTimeout(timeout).followRedirects(HttpClient.Redirect.NEVER);
    this.clients = new RenewedClients(builder::build, Ticker.system(), timeout);
    this.timeout = timeout;
    this.clock = clock;
  }

  /**
   * Sends a request and waits for the whole reply, whatever its status. Follows no redirect, since
   * a request is signed for its address.
   *
   * @throws ProviderException when there is no reply in time
   * @throws InterruptedException when the thread is asked to end
   */
  public <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> body)
      throws ProviderException, InterruptedException {
    HttpRequest sent = request.timeout(timeout).build();
    HttpClient client = clients.of(sent.uri());
    CompletableFuture<HttpResponse<T>> answer = client.sendAsync(sent, body);
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      clients.leave(sent.uri(), client);
      throw timedOut(e);
    } catch (ExecutionException e) {
      if (CallFailure.of(e.getCause()) == CallFailure.TIMEOUT) {
        clients.leave(sent.uri(), client);
      }
      throw failure(e.getCause());
    } finally {
      answer.cancel(true); // releases the connection, unless the call has completed
    }
  }

  /** Returns the exception for a status that is not a success. */
  public ProviderException failure(HttpResponse<?> answer) {
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

  private @Nullable Duration retryAfter(HttpResponse<?> answer) {
    return RetryAfter.of(answer.headers(), clock, MAX_RETRY_AFTER);
  }

  private ProviderException timedOut(@Nullable Throwable cause) {
    return new ProviderException(
        ProviderFailure.temporary("does not answer within " + timeout.toMillis() + " ms"), cause);
  }

  private ProviderException failure(@Nullable Throwable cause) {
    return switch (CallFailure.of(cause)) {
      case UNREACHABLE ->
          new ProviderException(ProviderFailure.temporary("cannot be reached"), cause);
      case TIMEOUT -> timedOut(cause);
      case TLS ->
          new ProviderException(
              ProviderFailure.misconfigured(
                  "has a TLS certificate or protocol that is not accepted"),
              cause);
      case BROKEN -> new ConnectionBrokenException(cause);
      case OTHER -> new ProviderException(ProviderFailure.temporary("cannot be called"), cause);
    };
  }
}
