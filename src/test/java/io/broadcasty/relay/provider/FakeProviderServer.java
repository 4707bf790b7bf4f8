package io.broadcasty.relay.provider;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A fake provider that behaves, or misbehaves as a test tells it to: Pusher's HTTP API, with
 * signatures checked, and Ably's REST API. What its clients receive is the list of deliveries.
 */
public final class FakeProviderServer implements AutoCloseable {

  public static final String APP_ID = "3";
  public static final String KEY = "278d425bdf160c739803";
  public static final String SECRET = "7ad3773142a6692b25b8";
  public static final String ABLY_KEY = "xVLyHw.7dpLhg:s3cret";

  private static final int PUSHER_DATA_BYTES = 10_240;
  private static final Pattern POSITION =
      Pattern.compile(
          "\\\\\"channel\\\\\":\\\\\"([^\\\\]+)\\\\\",\\\\\"partition\\\\\":(\\d+),\\\\\"sequence\\\\\":(\\d+)");

  /** A publication that a client received. */
  public record Delivered(String channel, int partition, long sequence, long atMillis) {}

  /** A received request. */
  public record Request(String path, String query, String body, String authorization) {}

  /** How requests are answered. */
  private record Behaviour(
      int status, Duration pause, boolean halfOpen, @Nullable Integer retryAfter, boolean probes) {}

  private static final Behaviour NORMAL = new Behaviour(200, Duration.ZERO, false, null, true);

  private final int port;
  private final @Nullable SSLContext tls;
  private final List<Delivered> delivered = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();
  private volatile Behaviour behaviour = NORMAL;
  private volatile @Nullable HttpServer server;
  private volatile CountDownLatch recovered = new CountDownLatch(1);
  private @Nullable ExecutorService threads;

  private FakeProviderServer(@Nullable SSLContext tls) {
    this.tls = tls;
    this.port = start(0);
  }

  public static FakeProviderServer start() {
    return new FakeProviderServer(null);
  }

  static FakeProviderServer start(SSLContext tls) {
    return new FakeProviderServer(tls);
  }

  public int port() {
    return port;
  }

  public URI base() {
    return URI.create((tls == null ? "http" : "https") + "://127.0.0.1:" + port);
  }

  private int start(int wanted) {
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted);
      HttpServer made;
      if (tls == null) {
        made = HttpServer.create(address, 50);
      } else {
        HttpsServer secure = HttpsServer.create(address, 50);
        secure.setHttpsConfigurator(new HttpsConfigurator(tls));
        made = secure;
      }
      threads = Executors.newCachedThreadPool();
      made.setExecutor(threads);
      made.createContext("/", this::handle);
      made.start();
      server = made;
      return made.getAddress().getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Refuses connections from now on. */
  public void stop() {
    setBehaviour(NORMAL);
    HttpServer running = server;
    if (running != null) {
      server = null;
      running.stop(0);
    }
    if (threads != null) {
      threads.shutdownNow();
    }
  }

  public void restart() {
    start(port);
  }

  /** Ends all misbehaviour. */
  public void recover() {
    if (server == null) {
      restart();
    }
    setBehaviour(NORMAL);
  }

  /** Answers with this status and delivers nothing. */
  public void answer(int status) {
    setBehaviour(new Behaviour(status, Duration.ZERO, false, null, false));
  }

  public void tooManyRequests(@Nullable Integer retryAfter) {
    setBehaviour(new Behaviour(429, Duration.ZERO, false, retryAfter, false));
  }

  /** Answers after a delay that is longer than the caller waits; nothing is delivered then. */
  public void slow(Duration pause) {
    setBehaviour(new Behaviour(200, pause, false, null, false));
  }

  /** Sends the head of an answer, and then nothing. */
  public void halfOpen() {
    setBehaviour(new Behaviour(200, Duration.ZERO, true, null, false));
  }

  private void setBehaviour(Behaviour next) {
    behaviour = next;
    recovered.countDown();
    recovered = new CountDownLatch(1);
  }

  public List<Delivered> delivered() {
    synchronized (delivered) {
      return List.copyOf(delivered);
    }
  }

  public List<Request> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    URI uri = exchange.getRequestURI();
    String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    synchronized (requests) {
      requests.add(
          new Request(uri.getRawPath(), String.valueOf(uri.getRawQuery()), body, authorization));
    }
    boolean probe = !uri.getPath().endsWith("events") && !uri.getPath().endsWith("/messages");
    Behaviour now = probe && behaviour.probes() ? NORMAL : behaviour;
    if (!now.pause().isZero()) {
      try {
        var unused = recovered.await(now.pause().toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        exchange.close();
        return;
      }
      answer(exchange, 200, "{}");
    } else if (now.halfOpen()) {
      exchange.sendResponseHeaders(200, 100);
      exchange.getResponseBody().flush();
      try {
        var unused = recovered.await(20, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      exchange.close();
    } else if (now.status() != 200) {
      if (now.retryAfter() != null) {
        exchange.getResponseHeaders().set("Retry-After", String.valueOf(now.retryAfter()));
      }
      answer(exchange, now.status(), "{\"error\":\"fake\"}");
    } else if (uri.getPath().startsWith("/apps/")) {
      pusher(exchange, body);
    } else {
      ably(exchange, body, authorization);
    }
  }

  private void pusher(HttpExchange exchange, String body) throws IOException {
    if (!isSigned(exchange, body)) {
      answer(exchange, 401, "Invalid signature");
      return;
    }
    for (String event : body.split("\\},\\{", -1)) {
      if (event.getBytes(StandardCharsets.UTF_8).length > PUSHER_DATA_BYTES) {
        answer(exchange, 413, "too large");
        return;
      }
    }
    deliver(body);
    answer(exchange, 200, "{}");
  }

  private void ably(HttpExchange exchange, String body, String authorization) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/time")) {
      answer(exchange, 200, "[1790000000000]");
      return;
    }
    String expected =
        "Basic "
            + java.util.Base64.getEncoder()
                .encodeToString(ABLY_KEY.getBytes(StandardCharsets.UTF_8));
    if (!authorization.equals(expected)) {
      exchange.getResponseHeaders().set("X-Ably-ErrorCode", "40101");
      answer(exchange, 401, "{\"error\":{\"code\":40101}}");
    } else if (path.endsWith("/requestToken")) {
      answer(exchange, 201, "{\"token\":\"t\"}");
    } else if (body.length() > 65_536) {
      exchange.getResponseHeaders().set("X-Ably-ErrorCode", "40009");
      answer(exchange, 400, "{\"error\":{\"code\":40009}}");
    } else {
      deliver(body);
      answer(exchange, 201, "{\"channel\":\"c\",\"messageId\":\"m\"}");
    }
  }

  private void deliver(String body) {
    synchronized (delivered) {
      Matcher found = POSITION.matcher(body);
      while (found.find()) {
        delivered.add(
            new Delivered(
                found.group(1),
                Integer.parseInt(found.group(2)),
                Long.parseLong(found.group(3)),
                System.currentTimeMillis()));
      }
    }
  }

  /** Checks the signature independently, by Pusher's description. */
  private static boolean isSigned(HttpExchange exchange, String body) {
    String query = String.valueOf(exchange.getRequestURI().getRawQuery());
    int signature = query.indexOf("&auth_signature=");
    String signed = query.substring(0, Math.max(0, signature));
    String text =
        exchange.getRequestMethod() + "\n" + exchange.getRequestURI().getRawPath() + "\n" + signed;
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      String expected =
          HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
      String md5 =
          HexFormat.of()
              .formatHex(
                  MessageDigest.getInstance("MD5").digest(body.getBytes(StandardCharsets.UTF_8)));
      return query.endsWith("&auth_signature=" + expected)
          && signed.startsWith("auth_key=" + KEY + "&")
          && (body.isEmpty() || signed.contains("&body_md5=" + md5));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    stop();
  }
}
