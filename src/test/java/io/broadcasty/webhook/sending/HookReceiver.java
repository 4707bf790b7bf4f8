package io.broadcasty.webhook.sending;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A receiver of webhooks on this machine. {@code /hang} never answers, {@code /500} fails. */
public final class HookReceiver implements AutoCloseable {

  /**
   * A request.
   *
   * @param headers by name in lower case
   */
  public record Received(String path, Map<String, String> headers, String body) {

    /** Returns a header; empty when it is missing. */
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
  }

  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  public HookReceiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          Map<String, String> headers = new TreeMap<>();
          exchange
              .getRequestHeaders()
              .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          received.add(new Received(path, headers, body));
          if (path.equals("/hang")) {
            await(closing);
          }
          int status = path.matches("/[1-5][0-9]{2}") ? Integer.parseInt(path.substring(1)) : 200;
          if (status / 100 == 3) {
            exchange.getResponseHeaders().add("Location", origin() + "/elsewhere");
          }
          byte[] answer = path.equals("/long") ? new byte[100_000] : "ok".getBytes(UTF_8);
          exchange.sendResponseHeaders(status, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the URL without a path. */
  public String origin() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** Returns the next request; fails when none comes in time. */
  public Received next() throws InterruptedException {
    Received next = received.poll(20, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no webhook came");
    }
    return next;
  }

  /** Returns the next request that contains a text, leaving out others. */
  public Received next(String text) throws InterruptedException {
    while (true) {
      Received next = next();
      if (next.body().contains(text)) {
        return next;
      }
    }
  }

  /** Returns what has come since the last call. */
  public List<Received> rest() {
    List<Received> rest = new java.util.ArrayList<>();
    received.drainTo(rest);
    return rest;
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
