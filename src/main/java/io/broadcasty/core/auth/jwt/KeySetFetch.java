package io.broadcasty.core.auth.jwt;

import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.Resource;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Fetches a resource once, within a limit for the whole exchange: a reply that arrives byte by byte
 * never exceeds the limit of a single read. Follows no redirect from plain HTTP, which could lead
 * off this machine.
 */
final class KeySetFetch extends DefaultResourceRetriever {

  private final Duration limit;

  /** Completes with the fetch, or exceptionally at the limit. */
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  KeySetFetch(Duration timeout, Duration limit, int maxBytes) {
    super((int) timeout.toMillis(), (int) timeout.toMillis(), maxBytes);
    this.limit = limit;
  }

  @Override
  public Resource retrieveResource(URL url) throws IOException {
    var unused = end.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
    try {
      Resource resource = super.retrieveResource(url);
      if (end.isCompletedExceptionally()) {
        throw new SocketTimeoutException("the reply was cut off");
      }
      return resource;
    } catch (IOException e) {
      if (end.isCompletedExceptionally()) {
        throw new SocketTimeoutException(
            "the reply has not ended within " + limit.toMillis() + " ms");
      }
      throw e;
    } finally {
      end.complete(null);
    }
  }

  @Override
  protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
    HttpURLConnection connection = super.openHTTPConnection(url);
    if (url.getProtocol().equalsIgnoreCase("http")) {
      connection.setInstanceFollowRedirects(false);
    }
    var unused =
        end.whenComplete(
            (done, late) -> {
              if (late != null) {
                connection.disconnect(); // ends the read that waits for the next piece
              }
            });
    return connection;
  }
}
