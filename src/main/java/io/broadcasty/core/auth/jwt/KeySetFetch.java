package io.broadcasty.core.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import io.broadcasty.core.http.BoundedBodySubscriber;
import io.broadcasty.core.http.CallFailure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Fetches a resource within a limit for the whole exchange, however its reply arrives. Follows no
 * redirect from plain HTTP or to it, which could lead off this machine.
 *
 * <p>Each fetch has a client of its own: fetches are rare, so that a connection which was kept may
 * be one that a firewall has forgotten.
 */
@ThreadSafe
final class KeySetFetch implements ResourceRetriever {

  private final Duration timeout;
  private final Duration limit;
  private final int maxBytes;
  private final boolean redirects;

  /**
   * @param timeout to connect, and again as much until the reply begins
   * @param limit for the whole exchange
   * @param redirects whether redirects are followed from https: to https:
   */
  KeySetFetch(Duration timeout, Duration limit, int maxBytes, boolean redirects) {
    this.timeout = timeout;
    this.limit = limit;
    this.maxBytes = maxBytes;
    this.redirects = redirects;
  }

  @Override
  public Resource retrieveResource(URL url) throws IOException {
    HttpResponse<byte[]> reply = fetch(URI.create(url.toString()));
    if (reply.statusCode() / 100 != 2) {
      throw new IOException("the reply has the status " + reply.statusCode());
    }
    if (reply.body().length > maxBytes) {
      throw new IOException("the reply has more than " + maxBytes + " bytes");
    }
    return new Resource(
        new String(reply.body(), UTF_8), reply.headers().firstValue("Content-Type").orElse(""));
  }

  private HttpResponse<byte[]> fetch(URI uri) throws IOException {
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(timeout.multipliedBy(2)).build();
    CompletableFuture<HttpResponse<byte[]>> reply =
        client(uri).sendAsync(request, info -> new BoundedBodySubscriber(maxBytes + 1));
    try {
      return reply.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new SocketTimeoutException(
          "the reply has not ended within " + limit.toMillis() + " ms");
    } catch (ExecutionException e) {
      throw new IOException("there is no reply", CallFailure.unwrap(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the reply");
    } finally {
      reply.cancel(true); // releases the connection, unless the reply has ended
    }
  }

  private HttpClient client(URI uri) {
    boolean follows = redirects && !"http".equalsIgnoreCase(uri.getScheme());
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(timeout)
        .followRedirects(follows ? HttpClient.Redirect.NORMAL : HttpClient.Redirect.NEVER)
        .build();
  }
}
