import com.sun.net.httpserver.HttpServer;
import io.broadcasty.core.app.App;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.webhook.EndpointOptions;
import io.broadcasty.webhook.EndpointSecrets;
import io.broadcasty.webhook.EventRecorder;
import io.broadcasty.webhook.WebhookDelivery;
import io.broadcasty.webhook.WebhookEndpoint;
import io.broadcasty.webhook.WebhookEvent;
import io.broadcasty.webhook.WebhookEventType;
import io.broadcasty.webhook.WebhookFormat;
import io.broadcasty.webhook.jdbc.JdbcWebhookEndpoints;
import io.broadcasty.webhook.jdbc.JdbcWebhookOutbox;
import io.broadcasty.webhook.sending.HttpWebhookClient;
import io.broadcasty.webhook.sending.MessageSigner;
import io.broadcasty.webhook.sending.WebhookListener;
import io.broadcasty.webhook.sending.WebhookWorker;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Measures webhooks without a server: a receiver of its own, which answers at once. See
 * bench/README.md.
 */
public class WebhooksBench {

  static final TenantId TENANT = new TenantId("bench");
  static final String APP = "1001";
  static final int ENDPOINTS = 4;

  public static void main(String[] arguments) throws Exception {
    Logger.getLogger("").setLevel(Level.WARNING);
    System.setProperty("sun.net.httpserver.nodelay", "true");
    String mode = arguments[0];
    DatabaseSettings database = new DatabaseSettings(arguments[1], arguments[2], arguments[3], 8);
    int messages = Integer.parseInt(arguments[4]);
    switch (mode) {
      case "rate" -> rate(database, messages, Integer.parseInt(arguments[5]));
      case "hang" -> hang(database, Integer.parseInt(arguments[5]));
      case "kill" -> kill(arguments, database, messages);
      default -> child(database, messages, Integer.parseInt(arguments[5]));
    }
  }

  /** Receives webhooks; counts them by id, and the time since the event. */
  static final class Receiver implements AutoCloseable {
    final Map<String, AtomicInteger> ids = new ConcurrentHashMap<>();
    final AtomicInteger count = new AtomicInteger();
    final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final HttpServer server;

    Receiver() throws Exception {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
      server.setExecutor(Executors.newCachedThreadPool(Receiver::daemon));
      server.createContext(
          "/",
          exchange -> {
            String body =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (exchange.getRequestURI().getPath().equals("/hang")) {
              await(closing);
            } else {
              int start = body.indexOf("\"time_ms\":") + 10;
              long sent = Long.parseLong(body.substring(start, body.indexOf(',', start)));
              latencies.add(System.currentTimeMillis() - sent);
              ids.computeIfAbsent(
                      exchange.getRequestHeaders().getFirst("webhook-id"),
                      id -> new AtomicInteger())
                  .incrementAndGet();
              count.incrementAndGet();
            }
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
          });
      server.start();
    }

    private static Thread daemon(Runnable task) {
      Thread thread = new Thread(task);
      thread.setDaemon(true);
      return thread;
    }

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    int port() {
      return server.getAddress().getPort();
    }

    void awaitCount(int wanted) throws InterruptedException {
      long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
      while (count.get() < wanted) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(count + " of " + wanted + " came");
        }
        Thread.sleep(2);
      }
    }

    @Override
    public void close() {
      closing.countDown();
      server.stop(0);
    }
  }

  /** What a node has of webhooks. */
  static final class Sender implements AutoCloseable {
    final Database database;
    final JdbcWebhookEndpoints endpoints;
    final HttpWebhookClient client;
    final WebhookWorker worker;
    final EventRecorder recorder;

    Sender(DatabaseSettings settings, int port) {
      database = Database.open(settings);
      endpoints = new JdbcWebhookEndpoints(database, database.clock());
      JdbcWebhookOutbox outbox = new JdbcWebhookOutbox(database, database.clock());
      BackgroundLoops loops = new BackgroundLoops(Ticker.system());
      client =
          new HttpWebhookClient(
              new EndpointGuard(
                  new AllowedHosts(List.of("http://localhost:" + port)),
                  EndpointGuard.Resolver.system()),
              database.clock(),
              loops.threadFactory("io"));
      App app =
          new App(APP, List.of(new App.Credential("key", "secret")), TENANT, false, true, 10_240);
      worker =
          new WebhookWorker(
              endpoints,
              outbox,
              client,
              new MessageSigner(MasterKeys.NONE, id -> app),
              "bench-" + ProcessHandle.current().pid() + "-" + System.nanoTime(),
              Ticker.system(),
              database.clock(),
              new WebhookListener() {
                @Override
                public void onAttempt(WebhookDelivery.State state, long tookNanos) {}

                @Override
                public void onDisabled(WebhookEndpoint endpoint, String reason) {}
              },
              Duration.ofSeconds(2),
              loops);
      recorder = new EventRecorder(endpoints, outbox, Ticker.system(), worker::wake, loops);
    }

    void add(String id, String url) {
      endpoints.insert(
          new WebhookEndpoint(
              id,
              TENANT,
              new EndpointOptions(url, "", WebhookFormat.PUSHER, APP, Set.of(), "", 0),
              EndpointSecrets.NONE,
              WebhookEndpoint.State.ACTIVE,
              false,
              0,
              1,
              1,
              1));
    }

    void record(int channel) {
      recorder.record(
          WebhookEvent.of(
              WebhookEventType.CACHE_MISS,
              new TenantChannel(TENANT, new ChannelName("channel-" + channel)),
              System.currentTimeMillis()));
    }

    @Override
    public void close() {
      recorder.close();
      worker.close();
      client.close();
      database.close();
    }
  }

  static void rate(DatabaseSettings settings, int messages, int rounds) throws Exception {
    try (Receiver receiver = new Receiver();
        Sender sender = new Sender(settings, receiver.port())) {
      for (int i = 0; i < ENDPOINTS; i++) {
        sender.add("rate-" + i, "http://localhost:" + receiver.port() + "/" + i);
      }
      double[] rates = new double[rounds];
      for (int round = -1; round < rounds; round++) { // the first round is not counted
        int wanted = receiver.count.get() + messages;
        long start = System.nanoTime();
        for (int i = 0; i < messages / ENDPOINTS; i++) {
          sender.record(i);
        }
        receiver.awaitCount(wanted);
        if (round >= 0) {
          rates[round] = messages / ((System.nanoTime() - start) / 1e9);
        }
      }
      Arrays.sort(rates);
      System.out.printf(
          "| deliveries/s to %d endpoints, median (min-max) | %.0f (%.0f-%.0f) |%n",
          ENDPOINTS, rates[rounds / 2], rates[0], rates[rounds - 1]);
    }
  }

  static void hang(DatabaseSettings settings, int seconds) throws Exception {
    try (Receiver receiver = new Receiver();
        Sender sender = new Sender(settings, receiver.port())) {
      for (int i = 0; i < ENDPOINTS; i++) {
        sender.add("even-" + i, "http://localhost:" + receiver.port() + "/" + i);
      }
      steady(sender, receiver, seconds); // not counted
      long alone = steady(sender, receiver, seconds);
      sender.add("hanging", "http://localhost:" + receiver.port() + "/hang");
      Thread.sleep(2000);
      long beside = steady(sender, receiver, seconds);
      System.out.printf("| p99 without an endpoint that hangs, ms | %d |%n", alone);
      System.out.printf("| p99 beside an endpoint that hangs, ms | %d |%n", beside);
    }
  }

  /** Sends 200 events a second, and returns the p99 from the event to its receipt in ms. */
  private static long steady(Sender sender, Receiver receiver, int seconds) throws Exception {
    receiver.latencies.clear();
    int events = 200 * seconds;
    int wanted = receiver.count.get() + events * ENDPOINTS;
    long start = System.nanoTime();
    for (int i = 0; i < events; i++) {
      while (System.nanoTime() - start < i * 5_000_000L) {
        Thread.sleep(1);
      }
      sender.record(i);
    }
    receiver.awaitCount(wanted);
    List<Long> all = new ArrayList<>(receiver.latencies);
    all.sort(null);
    return all.get(all.size() * 99 / 100);
  }

  static void kill(String[] arguments, DatabaseSettings settings, int messages) throws Exception {
    try (Receiver receiver = new Receiver()) {
      List<String> command = new ArrayList<>();
      command.addAll(
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx256m",
              "-cp",
              System.getProperty("java.class.path"),
              arguments[5],
              "child",
              arguments[1],
              arguments[2],
              arguments[3],
              arguments[4],
              Integer.toString(receiver.port())));
      Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
      BufferedReader out =
          new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
      String line = out.readLine();
      while (line != null && !line.equals("stored")) {
        line = out.readLine();
      }
      receiver.awaitCount(messages / 3);
      child.destroyForcibly().waitFor(); // SIGKILL
      int before = receiver.count.get();
      long start = System.nanoTime();
      try (Sender successor = new Sender(settings, receiver.port())) {
        while (receiver.ids.size() < messages && System.nanoTime() - start < 120_000_000_000L) {
          Thread.sleep(50);
        }
        Thread.sleep(1000); // for messages that must not come
      }
      int doubles = receiver.count.get() - receiver.ids.size();
      System.out.printf(
          "| kill -9 after %d of %d: missing | %d |%n",
          before, messages, messages - receiver.ids.size());
      System.out.printf("| kill -9: sent twice, with the same id | %d |%n", doubles);
      if (receiver.ids.size() != messages || doubles > 64) {
        throw new IllegalStateException("messages are missing, or more than 64 came twice");
      }
    }
  }

  /** Stores messages, and sends them until it is killed. */
  static void child(DatabaseSettings settings, int messages, int port) throws Exception {
    Sender sender = new Sender(settings, port);
    sender.add("killed", "http://localhost:" + port + "/");
    for (int i = 0; i < messages; i++) {
      sender.record(i);
    }
    sender.recorder.close(); // waits until all are stored
    System.out.println("stored");
    Thread.sleep(Long.MAX_VALUE);
  }
}
