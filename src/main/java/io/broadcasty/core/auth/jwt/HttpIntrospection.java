package io.broadcasty.core.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.http.BoundedBodySubscriber;
import io.broadcasty.core.http.CallFailure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks by the JDK's client, within a limit for the whole exchange, with bounded replies and without
 * redirects. HTTP/1.1, so that a request that is given up takes its connection with it, and no
 * other.
 */
@ThreadSafe
final class HttpIntrospection implements IntrospectionExchange {

  static final int MAX_REPLY_BYTES = 64 * 1024;

  private final IntrospectionSettings settings;

  @SuppressWarnings("ThreadSafe") // HttpClient is
  private final HttpClient client;

  HttpIntrospection(IntrospectionSettings settings) {
    this.settings = settings;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public String ask(String token) throws IOException {
    CompletableFuture<HttpResponse<byte[]>> reply =
        client.sendAsync(request(token), info -> new BoundedBodySubscriber(MAX_REPLY_BYTES + 1));
    try {
      return body(reply.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      throw new IOException(late(), e);
    } catch (ExecutionException e) {
      throw new IOException(problem(CallFailure.unwrap(e)), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the reply");
    } finally {
      reply.cancel(true); // releases the connection, unless the reply has ended
    }
  }

  private HttpRequest request(String token) {
    String form = "token=" + encode(token) + "&token_type_hint=access_token";
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.endpoint())
            .timeout(settings.timeout())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .header("User-Agent", "Broadcasty");
    String id = encode(settings.clientId()); // RFC 6749, section 2.3.1
    String secret = encode(settings.secret());
    if (settings.inBody()) {
      form += "&client_id=" + id + "&client_secret=" + secret;
    } else {
      byte[] both = (id + ':' + secret).getBytes(UTF_8);
      request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(both));
    }
    return request.POST(HttpRequest.BodyPublishers.ofString(form, UTF_8)).build();
  }

  private static String body(HttpResponse<byte[]> response) throws IOException {
    int status = response.statusCode();
    if (status == 400 || status == 401 || status == 403) {
      throw new IOException(
          "the reply has the status " + status + "; check the client id and the secret");
    }
    if (status != 200) {
      throw new IOException("the reply has the status " + status);
    }
    if (response.body().length > MAX_REPLY_BYTES) {
      throw new IOException("the reply has more than " + MAX_REPLY_BYTES + " bytes");
    }
    return new String(response.body(), UTF_8);
  }

  private String late() {
    return "there is no reply within " + settings.timeout().toMillis() + " ms";
  }

  private String problem(@Nullable Throwable failure) {
    return switch (CallFailure.of(failure)) {
      case TIMEOUT -> late();
      case TLS -> "there is no TLS connection: its certificate is not trusted, or it speaks no TLS";
      case UNREACHABLE -> "it cannot be connected to";
      case BROKEN, OTHER -> "the connection broke";
    };
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, UTF_8);
  }
}
