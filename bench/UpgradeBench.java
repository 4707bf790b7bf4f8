import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Publishes and subscribes at every node and compares, for each pair of nodes, what was published
 * at one and received at the other.
 *
 * <p>Usage: {@code UpgradeBench SECONDS PER-SECOND NAME=BASE...}. A node whose name starts with
 * {@code previous} does not support headers. Exits with 1 if a publication is missing, duplicated,
 * out of order or misread.
 */
public class UpgradeBench {

  private static final int CHANNELS = 6;
  private static final String PRESENCE_CHANNEL = "presence-upgrade";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(90);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(3))
          .build();
  private final Map<String, URI> nodes = new LinkedHashMap<>();

  /** The acknowledged publications by id. */
  private final Map<String, Publication> ledger = new ConcurrentHashMap<>();

  private final AtomicLong queued = new AtomicLong();
  private final AtomicLong retries = new AtomicLong();
  private String token = "";
  private long tokenNanos;

  /** A publication, and the node that it was published at. */
  private record Publication(String node, String channel, String event, String payload, boolean headers) {

    static String headersOf(String id) {
      return "\"headers\":{\"tag\":\"" + id + "\",\"x-2\":\"é 🎉\"}";
    }

    String fields(String id, boolean withHeaders) {
      return "\"payload\":"
          + payload
          + ",\"meta\":{\"of\":\""
          + id
          + "\"}"
          + (withHeaders ? "," + headersOf(id) : "")
          + ",\"correlationId\":\"c-"
          + id
          + "\",\"replyTo\":\"reply."
          + node
          + "\"";
    }

    String request(String id) {
      return "{\"channel\":\"%s\",\"id\":\"%s\",\"event\":\"%s\",%s}"
          .formatted(channel, id, event, fields(id, headers));
    }

    /** Returns whether a received publication contains all fields. */
    boolean matches(String json, String id, boolean withHeaders) {
      return json.contains(
          "\"id\":\""
              + id
              + "\",\"event\":\""
              + event
              + "\","
              + fields(id, withHeaders)
              + ",\"time\"");
    }
  }

  /** Counts what one node received of the publications of another node. */
  private static final class Tally {
    final Set<String> ids = new HashSet<>();
    long delivered;
    long duplicated;
    long outOfOrder;
    long misread;
    long headers;

    void add(Tally other) {
      delivered += other.delivered;
      duplicated += other.duplicated;
      outOfOrder += other.outOfOrder;
      misread += other.misread;
      headers += other.headers;
      ids.addAll(other.ids);
    }
  }

  public static void main(String[] args) throws Exception {
    UpgradeBench bench = new UpgradeBench();
    for (int i = 2; i < args.length; i++) {
      String[] node = args[i].split("=", 2);
      bench.nodes.put(node[0], URI.create(node[1]));
    }
    System.exit(bench.run(Integer.parseInt(args[0]), Double.parseDouble(args[1])) ? 0 : 1);
  }

  private boolean run(int seconds, double perSecond) throws Exception {
    List<Reader> readers = new ArrayList<>();
    for (String node : nodes.keySet()) {
      for (int c = 0; c < CHANNELS; c++) {
        readers.add(new Reader(node, "upgrade." + c));
      }
    }
    readers.forEach(Reader::connect);
    await(() -> readers.stream().allMatch(r -> r.subscribed), "all subscriptions");
    System.err.println("publishing");
    List<Thread> publishers = new ArrayList<>();
    for (String node : nodes.keySet()) {
      Thread thread = new Thread(() -> publish(node, seconds, perSecond / nodes.size()));
      thread.start();
      publishers.add(thread);
    }
    for (Thread publisher : publishers) {
      publisher.join();
    }
    System.err.println("comparing");
    long deadline = System.nanoTime() + SETTLE_NANOS;
    while (System.nanoTime() < deadline && !readers.stream().allMatch(Reader::hasAll)) {
      Thread.sleep(100);
    }
    Thread.sleep(2000); // duplicates arrive late
    boolean good = report("live", readers.stream().map(r -> new NodeResult(r.node, r.tallies)).toList());
    List<NodeResult> replayed = new ArrayList<>();
    for (String node : nodes.keySet()) {
      replayed.add(new NodeResult(node, replay(node)));
    }
    good &= report("replay", replayed);
    System.out.printf(
        "queued while Redis was stopped: %d; refused attempts: %d; resumes: %d%n",
        queued.get(), retries.get(), readers.stream().mapToLong(r -> r.resumes).sum());
    for (String node : nodes.keySet()) {
      String answer = get(nodes.get(node), "/broadcasty/presence?limit=1&channel=" + PRESENCE_CHANNEL);
      boolean all = answer.contains("\"count\":" + readers.size() + ",");
      good &= all;
      System.out.printf(
          "members at %s: %s of %d%n", node, all ? readers.size() : answer, readers.size());
    }
    return good;
  }

  private record NodeResult(String node, Map<String, Tally> byPublisher) {}

  private boolean report(String how, List<NodeResult> all) {
    boolean good = true;
    for (String from : nodes.keySet()) {
      long published = ledger.values().stream().filter(s -> s.node().equals(from)).count();
      for (String to : nodes.keySet()) {
        Tally tally = new Tally();
        all.stream()
            .filter(result -> result.node().equals(to) && result.byPublisher().containsKey(from))
            .forEach(result -> tally.add(result.byPublisher().get(from)));
        long missing =
            ledger.entrySet().stream()
                .filter(s -> s.getValue().node().equals(from) && !tally.ids.contains(s.getKey()))
                .count();
        boolean headers = !from.startsWith("previous") && !to.startsWith("previous");
        good &= missing + tally.duplicated + tally.outOfOrder + tally.misread == 0 && published > 0;
        System.out.printf(
            Locale.ROOT,
            "| %-6s | %-12s | %-11s | %9d | %9d | %7d | %10d | %12d | %7d | %14s |%n",
            how,
            from,
            to,
            published,
            tally.delivered,
            missing,
            tally.duplicated,
            tally.outOfOrder,
            tally.misread,
            headers ? tally.headers + " of " + published : "–");
      }
    }
    return good;
  }

  private void publish(String node, int seconds, double perSecond) {
    long began = System.nanoTime();
    long end = began + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; System.nanoTime() < end; i++) {
      String id = node + "-" + i;
      Publication publication =
          new Publication(
              node,
              "upgrade." + i % CHANNELS,
              "créé",
              "{\"n\":" + i + ".50,\"text\":\"" + "é🎉x".repeat(i % 40) + "\"}",
              !node.startsWith("previous"));
      while (!tryPublish(node, id, publication)) {
        retries.incrementAndGet();
        pause(200);
      }
      long next = began + (long) ((i + 1) * 1e9 / perSecond);
      pause(Math.max(0, (next - System.nanoTime()) / 1_000_000));
    }
  }

  private boolean tryPublish(String node, String id, Publication publication) {
    HttpRequest request =
        HttpRequest.newBuilder(nodes.get(node).resolve("/broadcasty/publish"))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + token())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(publication.request(id)))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200 && answer.statusCode() != 202) {
        if (answer.statusCode() < 500) {
          System.err.println(answer.body());
        }
        return false;
      }
      if (answer.statusCode() == 202) {
        queued.incrementAndGet();
      }
      ledger.put(id, publication);
      return true;
    } catch (java.io.IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, Tally> replay(String node) {
    Map<String, Tally> tallies = new HashMap<>();
    for (int c = 0; c < CHANNELS; c++) {
      String next = "0";
      Counting counting = new Counting(node);
      while (!next.isEmpty() && !next.equals("null")) {
        String page =
            get(
                nodes.get(node),
                "/broadcasty/replay?limit=500&channel=upgrade." + c + "&from=" + next);
        String[] parts = page.split("\\{\"channel\":\"upgrade", -1);
        for (int i = 1; i < parts.length; i++) {
          if (parts[i].contains("\"payload\":")) { // the page itself also names the channel
            counting.count(parts[i], tallies);
          }
        }
        next =
            page.contains("\"next\":") ? page.replaceAll("(?s).*\"next\":(\\d+|null).*", "$1") : "";
        if (next.isEmpty()) {
          System.err.println(page.substring(0, Math.min(300, page.length())));
        }
      }
    }
    return tallies;
  }

  /** Counts and checks the received publications of one channel. */
  private final class Counting {
    private final String node;
    private final Set<String> seen = new HashSet<>();
    private String epoch = "";
    private long last;

    Counting(String node) {
      this.node = node;
    }

    void count(String json, Map<String, Tally> tallies) {
      String id = between(json, "\"id\":\"", '"');
      long sequence = Long.parseLong(between(json, "\"sequence\":", ','));
      String ofEpoch = between(json, "\"epoch\":\"", '"');
      String from = id.replaceAll("-\\d+$", "");
      Tally tally = tallies.computeIfAbsent(from, f -> new Tally());
      tally.delivered++;
      tally.ids.add(id);
      if (!seen.add(id)) {
        tally.duplicated++;
      }
      if (!epoch.isEmpty() && (!ofEpoch.equals(epoch) || sequence != last + 1)) {
        tally.outOfOrder++;
        System.err.println(node + ": " + sequence + " after " + last + ": " + id);
      }
      epoch = ofEpoch;
      last = sequence;
      Publication publication = ledger.get(id);
      if (publication == null) { // may arrive before the response
        publication = awaitPublication(id);
      }
      boolean headers = publication != null && publication.headers() && json.contains("\"headers\":");
      if (headers) {
        tally.headers++;
      }
      if (publication == null || !publication.matches(json, id, headers)) {
        tally.misread++;
        System.err.println(node + ": misread " + json);
      }
    }

    private Publication awaitPublication(String id) {
      for (int i = 0; i < 1500 && !ledger.containsKey(id); i++) {
        pause(10);
      }
      return ledger.get(id);
    }
  }

  /** Subscribes to one channel at one node. */
  private final class Reader implements WebSocket.Listener {
    final String node;
    final String channel;
    final Map<String, Tally> tallies = new HashMap<>();
    final Counting counting;
    private final StringBuilder partial = new StringBuilder();
    volatile boolean subscribed;
    volatile long resumes;

    Reader(String node, String channel) {
      this.node = node;
      this.channel = channel;
      this.counting = new Counting(node);
    }

    void connect() {
      http.newWebSocketBuilder()
          .connectTimeout(TIMEOUT)
          .subprotocols("broadcasty.v1", "bearer." + token())
          .buildAsync(URI.create("ws://" + nodes.get(node).getAuthority() + "/broadcasty/ws"), this)
          .whenComplete(
              (opened, failure) -> {
                if (failure != null) {
                  reconnect();
                }
              });
    }

    private void reconnect() {
      subscribed = false;
      CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS).execute(this::connect);
    }

    @Override
    public void onOpen(WebSocket socket) {
      partial.setLength(0);
      String since =
          counting.epoch.isEmpty()
              ? ""
              : ",\"since\":[{\"epoch\":\"%s\",\"partition\":0,\"sequence\":%d}]"
                  .formatted(counting.epoch, counting.last);
      socket.sendText(
          "[{\"id\":1,\"command\":\"subscribe\",\"channel\":\"%s\"%s},{\"id\":2,\"command\":\"join\",\"channel\":\"%s\",\"member\":{\"id\":\"%s\"}}]"
              .formatted(channel, since, PRESENCE_CHANNEL, node + "/" + channel),
          true);
      socket.request(1);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      partial.append(data);
      if (last) {
        String frame = partial.toString();
        partial.setLength(0);
        if (frame.startsWith("{\"push\":\"publication\"")) {
          synchronized (this) {
            counting.count(frame, tallies);
          }
        } else if (frame.contains("\"push\":\"lost\"") || frame.contains("\"error\"")) {
          System.err.println(node + " " + channel + ": " + frame);
        } else if (frame.contains("\"reply\":1")) {
          if (counting.epoch.isEmpty()) { // starts after the position of the subscribe
            counting.epoch = between(frame, "\"epoch\":\"", '"');
            counting.last = Long.parseLong(between(frame, "\"sequence\":", ','));
          } else {
            resumes++;
          }
          subscribed = true;
        }
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      System.err.println(node + " " + channel + " closed: " + code + " " + reason);
      reconnect();
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      reconnect();
    }

    synchronized boolean hasAll() {
      long got = tallies.values().stream().mapToLong(t -> t.ids.size()).sum();
      return got >= ledger.values().stream().filter(s -> s.channel().equals(channel)).count();
    }
  }

  private String get(URI base, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + token())
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (java.io.IOException | InterruptedException e) {
      return String.valueOf(e);
    }
  }

  /** Returns a token of the first node; all nodes have the same keys. */
  private synchronized String token() {
    if (token.isEmpty() || System.nanoTime() - tokenNanos > TimeUnit.MINUTES.toNanos(2)) {
      URI first = nodes.values().iterator().next();
      try {
        HttpRequest request =
            HttpRequest.newBuilder(first.resolve("/dev/tokens")).timeout(TIMEOUT).build();
        token =
            between(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body(),
                "\"publisher\":\"",
                '"');
        tokenNanos = System.nanoTime();
      } catch (java.io.IOException | InterruptedException e) {
        throw new IllegalStateException("cannot get a token", e);
      }
    }
    return token;
  }

  private static String between(String text, String after, char before) {
    int from = text.indexOf(after);
    if (from < 0) {
      return "";
    }
    from += after.length();
    int to = from;
    while (to < text.length() && text.charAt(to) != before && text.charAt(to) != '}') {
      to++;
    }
    return text.substring(from, to);
  }

  private static void await(java.util.function.BooleanSupplier condition, String what)
      throws InterruptedException {
    long deadline = System.nanoTime() + SETTLE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("timed out while waiting for " + what);
      }
      Thread.sleep(50);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
