import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A tenant that does what it should: publishes at a steady rate within its limits, and holds open
 * streams over WebSocket and SSE that read everything.
 */
final class Neighbour {

  static final int STREAMS = 50;

  private static final int CHANNELS = 5;
  private static final int PER_SECOND = 50;
  private static final int TIMEOUT_SECONDS = 10;
  private static final int OPEN_SECONDS = 20;

  /** What became of the publications that were due within some time. */
  static final class Window {
    private final List<Double> millis = new ArrayList<>();
    private final List<Integer> acknowledged = new ArrayList<>();
    private final Map<String, Integer> failures = new TreeMap<>();
    private int pending;

    private synchronized void begin() {
      pending++;
    }

    private synchronized void end(int number, double took, String failure) {
      pending--;
      millis.add(took);
      if (failure == null) {
        acknowledged.add(number);
      } else {
        failures.merge(failure, 1, Integer::sum);
      }
      notifyAll();
    }

    /** Waits until each publication is answered or has timed out. */
    synchronized void await() throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS + 5);
      while (pending > 0 && System.nanoTime() < end) {
        wait(100);
      }
    }

    /** Returns the latency from when a publication was due, failed ones included. */
    synchronized double millis(double part) {
      if (millis.isEmpty()) {
        return Double.NaN;
      }
      List<Double> sorted = new ArrayList<>(millis);
      Collections.sort(sorted);
      return sorted.get((int) Math.ceil(part * sorted.size()) - 1);
    }

    synchronized int failed() {
      return failures.values().stream().mapToInt(Integer::intValue).sum() + pending;
    }

    synchronized String failures() {
      return failures.toString();
    }

    synchronized int published() {
      return millis.size() + pending;
    }

    private synchronized List<Integer> acknowledged() {
      return List.copyOf(acknowledged);
    }
  }

  private final URI node;
  private final String token;
  private final HttpClient http;
  private final List<NeighbourStream> streams = new ArrayList<>();
  private final AtomicInteger number = new AtomicInteger();
  private volatile Window window = new Window();

  Neighbour(URI node, Tokens tokens, HttpClient http) {
    this.node = node;
    this.http = http;
    token = tokens.of("neighbour", "member", "publisher");
    for (int i = 0; i < STREAMS; i++) {
      streams.add(new NeighbourStream(http, node, token, i % CHANNELS, i < STREAMS / 2, number));
    }
  }

  /** Opens the streams, waits for them, and starts to publish. */
  void start() throws Exception {
    for (NeighbourStream stream : streams) {
      stream.open();
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(OPEN_SECONDS);
    while (open() < STREAMS) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "only " + open() + " of " + STREAMS + " streams are open: " + ends());
      }
      Thread.sleep(50);
    }
    Thread thread = new Thread(this::publish, "publisher");
    thread.setDaemon(true);
    thread.start();
  }

  private void publish() {
    long due = System.nanoTime();
    while (!Thread.interrupted()) {
      try {
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      } catch (InterruptedException e) {
        return;
      }
      publish(due);
      due += TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
    }
  }

  private void publish(long due) {
    Window into = window;
    int n = number.incrementAndGet();
    String body =
        "{\"channel\":\"%s\",\"payload\":{\"n\":%d,\"text\":\"%s\"}}"
            .formatted(NeighbourStream.channel(n % CHANNELS), n, "x".repeat(100));
    HttpRequest request =
        HttpRequest.newBuilder(node.resolve("/broadcasty/publish"))
            .timeout(Duration.ofSeconds(TIMEOUT_SECONDS))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    into.begin();
    http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .whenComplete(
            (answer, error) ->
                into.end(n, (System.nanoTime() - due) / 1e6, failure(answer, error)));
  }

  private static String failure(HttpResponse<String> answer, Throwable error) {
    if (error != null) {
      Throwable cause = error.getCause() == null ? error : error.getCause();
      return cause.getClass().getSimpleName();
    }
    boolean positioned = answer.body().contains("\"sequence\":");
    return answer.statusCode() != 200
        ? String.valueOf(answer.statusCode())
        : positioned ? null : "200 without a position";
  }

  /** Begins a new window, into which all publications go from now on. */
  Window begin() {
    Window next = new Window();
    window = next;
    return next;
  }

  private long open() {
    return streams.stream().filter(NeighbourStream::isOpen).count();
  }

  /** Returns how many streams have been dropped since the start. */
  int dropped() {
    return streams.stream().mapToInt(NeighbourStream::drops).sum();
  }

  /** Returns how many publications arrived twice since the start. */
  int doubled() {
    return streams.stream().mapToInt(NeighbourStream::doubled).sum();
  }

  /** Returns why streams ended most recently. */
  String ends() {
    Map<String, Integer> ends = new TreeMap<>();
    for (NeighbourStream stream : streams) {
      if (stream.lastEnd() != null) {
        ends.merge(stream.lastEnd(), 1, Integer::sum);
      }
    }
    return ends.toString();
  }

  /** Returns how many acknowledged publications of a window did not arrive at a stream. */
  int lost(Window of) {
    int lost = 0;
    for (int n : of.acknowledged()) {
      for (NeighbourStream stream : streams) {
        if (stream.shouldHave(n) && n % CHANNELS == stream.channelNumber()) {
          lost++;
        }
      }
    }
    return lost;
  }
}
