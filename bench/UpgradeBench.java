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
 * Publishes at every node and subscribes at every node, and keeps a ledger for each pair of them:
 * {@code UpgradeBench SECONDS PER-SECOND NAME=BASE...}. A node whose name begins with {@code
 * previous} is given no headers and tells of none. Ends with 1 when something is not as it should
 * be.
 */
public class UpgradeBench {

  private static final int CHANNELS = 6;
  private static final String ROOM = "presence-upgrade";
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(90);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(3))
          .build();
  private final Map<String, URI> nodes = new LinkedHashMap<>();

  /** By id: what was acknowledged. */
  private final Map<String, Said> ledger = new ConcurrentHashMap<>();

  private final AtomicLong queued = new AtomicLong();
  private final AtomicLong retries = new AtomicLong();
  private String token = "";
  private long tokenNanos;

  /** A publication. */
  private record Said(String node, String channel, String event, String payload, boolean headers) {

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

    String asked(String id) {
      return "{\"channel\":\"%s\",\"id\":\"%s\",\"event\":\"%s\",%s}"
          .formatted(channel, id, event, fields(id, headers));
    }

    /** Whether a publication as it is told has all of this. */
    boolean isIn(String told, String id, boolean withHeaders) {
      return told.contains(
          "\"id\":\""
              + id
              + "\",\"event\":\""
              + event
              + "\","
              + fields(id, withHeaders)
              + ",\"time\"");
    }
  }

  /** What came of the publications of one node at another. */
  private static final class Tally {
    final Set<String> ids = new HashSet<>();
    long delivered;
    long doubled;
    long disordered;
    long misread;
    long headers;

    void add(Tally other) {
      delivered += other.delivered;
      doubled += other.doubled;
      disordered += other.disordered;
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
    await(() -> readers.stream().allMatch(r -> r.subscribed), "all could subscribe");
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
    Thread.sleep(2000); // for what comes twice
    boolean good = tell("live", readers.stream().map(r -> new Heard(r.node, r.tallies)).toList());
    List<Heard> replayed = new ArrayList<>();
    for (String node : nodes.keySet()) {
      replayed.add(new Heard(node, replay(node)));
    }
    good &= tell("replay", replayed);
    System.out.printf(
        "queued while Redis was away: %d; attempts that were refused: %d; resumes: %d%n",
        queued.get(), retries.get(), readers.stream().mapToLong(r -> r.resumes).sum());
    for (String node : nodes.keySet()) {
      String answer = get(nodes.get(node), "/broadcasty/presence?limit=1&channel=" + ROOM);
      boolean all = answer.contains("\"count\":" + readers.size() + ",");
      good &= all;
      System.out.printf(
          "present, as %s knows: %s of %d%n", node, all ? readers.size() : answer, readers.size());
    }
    return good;
  }

  private record Heard(String node, Map<String, Tally> byPublisher) {}

  private boolean tell(String how, List<Heard> all) {
    boolean good = true;
    for (String from : nodes.keySet()) {
      long published = ledger.values().stream().filter(s -> s.node().equals(from)).count();
      for (String to : nodes.keySet()) {
        Tally tally = new Tally();
        all.stream()
            .filter(heard -> heard.node().equals(to) && heard.byPublisher().containsKey(from))
            .forEach(heard -> tally.add(heard.byPublisher().get(from)));
        long missing =
            ledger.entrySet().stream()
                .filter(s -> s.getValue().node().equals(from) && !tally.ids.contains(s.getKey()))
                .count();
        boolean headers = !from.startsWith("previous") && !to.startsWith("previous");
        good &= missing + tally.doubled + tally.disordered + tally.misread == 0 && published > 0;
        System.out.printf(
            Locale.ROOT,
            "| %-6s | %-9s | %-9s | %9d | %9d | %7d | %7d | %12d | %7d | %14s |%n",
            how,
            from,
            to,
            published,
            tally.delivered,
            missing,
            tally.doubled,
            tally.disordered,
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
      Said said =
          new Said(
              node,
              "upgrade." + i % CHANNELS,
              "créé",
              "{\"n\":" + i + ".50,\"text\":\"" + "é🎉x".repeat(i % 40) + "\"}",
              !node.startsWith("previous"));
      while (!take(node, id, said)) {
        retries.incrementAndGet();
        pause(200);
      }
      long next = began + (long) ((i + 1) * 1e9 / perSecond);
      pause(Math.max(0, (next - System.nanoTime()) / 1_000_000));
    }
  }

  private boolean take(String node, String id, Said said) {
    HttpRequest request =
        HttpRequest.newBuilder(nodes.get(node).resolve("/broadcasty/publish"))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(said.asked(id)))
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
      ledger.put(id, said);
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
          if (parts[i].contains("\"payload\":")) { // the page itself names the channel, too
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

  /** Counts the publications of one channel as they come. */
  private final class Counting {
    private final String node;
    private final Set<String> seen = new HashSet<>();
    private String epoch = "";
    private long last;

    Counting(String node) {
      this.node = node;
    }

    void count(String told, Map<String, Tally> tallies) {
      String id = between(told, "\"id\":\"", '"');
      long sequence = Long.parseLong(between(told, "\"sequence\":", ','));
      String ofEpoch = between(told, "\"epoch\":\"", '"');
      String from = id.replaceAll("-\\d+$", "");
      Tally tally = tallies.computeIfAbsent(from, f -> new Tally());
      tally.delivered++;
      tally.ids.add(id);
      if (!seen.add(id)) {
        tally.doubled++;
      }
      if (!epoch.isEmpty() && (!ofEpoch.equals(epoch) || sequence != last + 1)) {
        tally.disordered++;
        System.err.println(node + ": " + sequence + " after " + last + ": " + id);
      }
      epoch = ofEpoch;
      last = sequence;
      Said said = ledger.get(id);
      if (said == null) { // it comes before the answer at times
        said = awaited(id);
      }
      boolean headers = said != null && said.headers() && told.contains("\"headers\":");
      if (headers) {
        tally.headers++;
      }
      if (said == null || !said.isIn(told, id, headers)) {
        tally.misread++;
        System.err.println(node + ": misread " + told);
      }
    }

    private Said awaited(String id) {
      for (int i = 0; i < 1500 && !ledger.containsKey(id); i++) {
        pause(10);
      }
      return ledger.get(id);
    }
  }

  /** Follows one channel at one node. */
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
          .connectTimeout(PATIENCE)
          .subprotocols("broadcasty.v1", "bearer." + token())
          .buildAsync(URI.create("ws://" + nodes.get(node).getAuthority() + "/broadcasty/ws"), this)
          .whenComplete(
              (opened, failure) -> {
                if (failure != null) {
                  again();
                }
              });
    }

    private void again() {
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
              .formatted(channel, since, ROOM, node + "/" + channel),
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
          if (counting.epoch.isEmpty()) { // from the place where it has subscribed
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
      again();
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      again();
    }

    synchronized boolean hasAll() {
      long got = tallies.values().stream().mapToLong(t -> t.ids.size()).sum();
      return got >= ledger.values().stream().filter(s -> s.channel().equals(channel)).count();
    }
  }

  private String get(URI base, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token())
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (java.io.IOException | InterruptedException e) {
      return String.valueOf(e);
    }
  }

  /** Of the first node; all nodes have the same keys. */
  private synchronized String token() {
    if (token.isEmpty() || System.nanoTime() - tokenNanos > TimeUnit.MINUTES.toNanos(2)) {
      URI first = nodes.values().iterator().next();
      try {
        HttpRequest request =
            HttpRequest.newBuilder(first.resolve("/dev/tokens")).timeout(PATIENCE).build();
        token =
            between(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body(),
                "\"publisher\":\"",
                '"');
        tokenNanos = System.nanoTime();
      } catch (java.io.IOException | InterruptedException e) {
        throw new IllegalStateException("no token", e);
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
        throw new IllegalStateException("not in time: " + what);
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
