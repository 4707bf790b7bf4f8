package io.broadcasty.integration.load;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes at a steady rate, to channels and nodes in turn. Each publication has an id of its own
 * and is repeated on other nodes until it is acknowledged.
 */
final class Publisher implements Runnable {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Nodes nodes;
  private final Ledger ledger;
  private final List<String> channels;
  private final String name;
  private final double perSecond;

  private volatile boolean running = true;
  private volatile boolean paused;
  private volatile boolean idle;
  private final AtomicLong refused = new AtomicLong();
  private volatile long longestNanos;
  private int node;

  Publisher(Nodes nodes, Ledger ledger, List<String> channels, String name, double perSecond) {
    this.nodes = nodes;
    this.ledger = ledger;
    this.channels = channels;
    this.name = name;
    this.perSecond = perSecond;
  }

  @Override
  public void run() {
    long next = System.nanoTime();
    for (int i = 0; running; i++) {
      while (paused && running) {
        idle = true;
        LockSupport.parkNanos(RETRY_NANOS / 20);
        next = System.nanoTime();
      }
      idle = false;
      publish(channels.get(i % channels.size()), name + "-" + i);
      next += (long) (1e9 / perSecond);
      long wait = next - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
      } else {
        next = System.nanoTime(); // time lost in an outage is not made up for
      }
    }
  }

  private void publish(String channel, String id) {
    long began = System.nanoTime();
    while (running) {
      String answer = attempt(channel, id);
      if (!answer.isEmpty()) {
        ledger.acknowledge(
            channel,
            JsonText.between(answer, "\"epoch\":\"", '"'),
            JsonText.number(answer, "\"sequence\":"),
            id,
            answer.contains("\"duplicate\":true"));
        longestNanos = Math.max(longestNanos, System.nanoTime() - began);
        return;
      }
      refused.incrementAndGet();
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  /** Publishes once; returns the answer, or an empty text when it was not accepted. */
  private String attempt(String channel, String id) {
    HttpRequest request =
        HttpRequest.newBuilder(nodes.node(node++).resolve("/broadcasty/publish"))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + nodes.token())
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"channel\":\"%s\",\"id\":\"%s\",\"payload\":\"%s\"}"
                        .formatted(channel, id, "x".repeat(60))))
            .build();
    try {
      HttpResponse<String> answer =
          nodes.http().send(request, HttpResponse.BodyHandlers.ofString());
      int status = answer.statusCode();
      if (status == 400 || status == 401 || status == 403) {
        ledger.fault("a publication was refused for good: " + answer.body());
      }
      return status == 200 ? answer.body() : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      running = false;
      return "";
    }
  }

  void pause() {
    paused = true;
  }

  void resume() {
    idle = false;
    paused = false;
  }

  /** Returns whether publishing is paused and no request is under way. */
  boolean isIdle() {
    return idle;
  }

  void stop() {
    running = false;
  }

  /** Returns how many attempts were not acknowledged. */
  long refused() {
    return refused.get();
  }

  /**
   * Returns the longest time that one publication took, with all its attempts, since the last call.
   */
  double longestSeconds() {
    double seconds = longestNanos / 1e9;
    longestNanos = 0;
    return seconds;
  }
}
