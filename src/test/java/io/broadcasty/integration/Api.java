package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The HTTP API of a server under test. */
final class Api {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  final URI base;
  final DevTokens tokens;
  final HttpClient http;

  Api(URI base, DevTokens tokens) {
    this(base, tokens, null);
  }

  /**
   * Creates a client.
   *
   * @param base the address of the server, without a slash at the end
   * @param tls trusts the server's certificate; null for the default
   */
  Api(URI base, DevTokens tokens, @Nullable SSLContext tls) {
    this.base = base;
    this.tokens = tokens;
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE);
    this.http = (tls == null ? builder : builder.sslContext(tls)).build();
  }

  /** Returns a channel name that no other test uses. */
  static String freshChannel(String prefix) {
    return prefix + UUID.randomUUID().toString().substring(0, 8);
  }

  HttpResponse<String> publish(String json) {
    return post("/broadcasty/publish", tokens.publisher(), json);
  }

  /**
   * Publishes the numbers {@code from} to {@code to} as payloads, and asserts that each is
   * accepted.
   */
  void publishNumbers(String channel, int from, int to) {
    for (int i = from; i <= to; i++) {
      HttpResponse<String> answer =
          publish("{\"channel\":\"" + channel + "\",\"payload\":" + i + "}");
      assertEquals(200, answer.statusCode(), answer.body());
    }
  }

  HttpResponse<String> post(String path, String token, String json) {
    return send(
        request(path, token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  HttpResponse<String> get(String path, String token) {
    return send(request(path, token).GET().build());
  }

  /** Returns a ticket for the streams of a token. */
  String ticket(String token) {
    HttpRequest.Builder request = request("/broadcasty/ticket", token);
    HttpResponse<String> answer = send(request.POST(HttpRequest.BodyPublishers.noBody()).build());
    Matcher ticket = Pattern.compile("\"ticket\":\"([^\"]+)\"").matcher(answer.body());
    if (!ticket.find()) {
      throw new AssertionError(answer.statusCode() + ": " + answer.body());
    }
    return ticket.group(1);
  }

  /** Returns a cookie of a session that begins with a token, as a client sends it back. */
  String cookie(String token) {
    HttpRequest.Builder request =
        request("/broadcasty/session", token).header("Origin", base.resolve("/").toString());
    HttpResponse<String> answer = send(request.POST(HttpRequest.BodyPublishers.noBody()).build());
    return answer
        .headers()
        .firstValue("Set-Cookie")
        .map(cookie -> cookie.replaceFirst(";.*", ""))
        .orElseThrow(() -> new AssertionError(answer.statusCode() + ": " + answer.body()));
  }

  HttpRequest.Builder request(String path, String token) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(PATIENCE);
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static void await(String what, BooleanSupplier condition) {
    await(what, PATIENCE, condition);
  }

  static void await(String what, Duration patience, BooleanSupplier condition) {
    await(() -> what, patience, Duration.ofMillis(10), condition);
  }

  /**
   * Waits for a condition that keeps the server busy, with a pause between the checks.
   *
   * @param between the pause
   */
  static void await(String what, Duration patience, Duration between, BooleanSupplier condition) {
    await(() -> what, patience, between, condition);
  }

  /**
   * Waits for a condition.
   *
   * @param what describes the condition after a timeout
   */
  static void await(Supplier<String> what, Duration patience, BooleanSupplier condition) {
    await(what, patience, Duration.ofMillis(10), condition);
  }

  private static void await(
      Supplier<String> what, Duration patience, Duration between, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("in vain waited for: " + what.get());
      }
      LockSupport.parkNanos(between.toNanos());
    }
  }
}
