package io.broadcasty.push.provider;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A fake push service over HTTP that answers, and misbehaves, as a test tells it to. */
public final class FakePushService implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Map<String, Answer> byPath = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private volatile Answer defaultAnswer = new Answer(200, "{}", Map.of());
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private final AtomicInteger remainingAnswers = new AtomicInteger();
  private volatile boolean stallsInBody;

  /** A received request. */
  public record Request(String path, Map<String, List<String>> headers, byte[] body) {

    /** Returns a header's only value; fails when the header does not occur exactly once. */
    public String header(String name) {
      List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
      if (values.size() != 1) {
        throw new AssertionError(name + ": " + values);
      }
      return values.get(0);
    }

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  private record Answer(int status, String body, Map<String, String> headers) {}

  private FakePushService(HttpServer server) {
    this.server = server;
    server.createContext("/", this::serve);
    server.setExecutor(threads);
    server.start();
  }

  public static FakePushService http() {
    try {
      return new FakePushService(HttpServer.create(local(), 0));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts a service with a certificate that no client trusts. */
  public static FakePushService https() {
    try {
      HttpsServer server = HttpsServer.create(local(), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(TestCertificate.shared().serving()));
      return new FakePushService(server);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static InetSocketAddress local() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  public URI url() {
    String scheme = server instanceof HttpsServer ? "https" : "http";
    return URI.create(scheme + "://localhost:" + server.getAddress().getPort());
  }

  /** Sets the answer to all requests from now on. */
  public void answer(int status, String body) {
    defaultAnswer = new Answer(status, body, Map.of());
  }

  public void answer(int status, String body, String header, String value) {
    defaultAnswer = new Answer(status, body, Map.of(header, value));
  }

  /** Sets the answer at one path. */
  public void answerAt(String path, int status, String body) {
    byPath.put(path, new Answer(status, body, Map.of()));
  }

  /** Answers nothing until {@link #release}. */
  public void hold() {
    holdAfter(0);
  }

  /** Answers this many more requests, and then nothing until {@link #release}. */
  public void holdAfter(int answers) {
    remainingAnswers.set(answers);
    gate = new CountDownLatch(1);
  }

  public void release() {
    gate.countDown();
  }

  /** Answers with a head and half a body, and then nothing. */
  public void stallInBody() {
    stallsInBody = true;
  }

  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Returns the requests to a path. */
  public List<Request> requestsAt(String path) {
    return requests.stream().filter(request -> request.path().equals(path)).toList();
  }

  public Request last() {
    return requests.get(requests.size() - 1);
  }

  private void serve(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    Map<String, List<String>> headers = new ConcurrentHashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
    String path = exchange.getRequestURI().toString();
    requests.add(new Request(path, headers, body));
    if (remainingAnswers.getAndDecrement() <= 0) {
      await(gate);
    }
    Answer answer = byPath.getOrDefault(path, defaultAnswer);
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(
        answer.status(), stallsInBody ? bytes.length + 10 : bytes.length == 0 ? -1 : bytes.length);
    OutputStream out = exchange.getResponseBody();
    out.write(bytes);
    if (stallsInBody) {
      out.flush();
      await(closed);
    }
    exchange.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("the test did not release the answers");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    gate.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
