import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Asks one address four times a second as an orchestrator does: on a new connection, with a second
 * to answer.
 */
final class HealthProbe {

  private static final int INTERVAL_MILLIS = 250;
  private static final int TIMEOUT_MILLIS = 1000;

  private final int port;
  private final String path;
  private double slowest;
  private int asked;
  private final Map<String, Integer> failures = new TreeMap<>();

  HealthProbe(int port, String path) {
    this.port = port;
    this.path = path;
  }

  void start() {
    Thread thread = new Thread(this::run, "probe " + path);
    thread.setDaemon(true);
    thread.start();
  }

  synchronized void reset() {
    slowest = 0;
    asked = 0;
    failures.clear();
  }

  synchronized double slowestMillis() {
    return slowest;
  }

  synchronized int failed() {
    return failures.values().stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public synchronized String toString() {
    return String.format(
        Locale.ROOT, "%s %.0f ms, %d of %d failed %s", path, slowest, failed(), asked, failures);
  }

  private void run() {
    long due = System.nanoTime();
    while (!Thread.interrupted()) {
      long start = System.nanoTime();
      String failure = ask(start + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS));
      record((System.nanoTime() - start) / 1e6, failure);
      due = Math.max(due + TimeUnit.MILLISECONDS.toNanos(INTERVAL_MILLIS), System.nanoTime());
      try {
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private synchronized void record(double millis, String failure) {
    asked++;
    slowest = Math.max(slowest, millis);
    if (failure != null) {
      failures.merge(failure, 1, Integer::sum);
    }
  }

  /** Returns why there was no good answer, or null. */
  private String ask(long deadlineNanos) {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress("127.0.0.2", 0));
      socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
      String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] line = new byte["HTTP/1.1 200".length()];
      InputStream in = socket.getInputStream();
      for (int read = 0; read < line.length; ) {
        long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return "timeout";
        }
        socket.setSoTimeout((int) left);
        int count = in.read(line, read, line.length - read);
        if (count < 0) {
          return "closed";
        }
        read += count;
      }
      String status = new String(line, "HTTP/1.1 ".length(), 3, StandardCharsets.US_ASCII);
      return status.startsWith("2") ? null : status;
    } catch (java.net.SocketTimeoutException e) {
      return "timeout";
    } catch (IOException e) {
      return "no connection";
    }
  }
}
