package io.broadcasty.relay;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.relay.provider.FakeProviderServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.RSAPrivateKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Generates the load of {@code bench/relay}: starts three fake providers, publishes at a steady
 * rate while the providers fail and recover, and compares acknowledged with delivered publications.
 * Prints rows of Markdown.
 *
 * <p>{@code providers} starts the fake providers, prints their ports, and runs the failures after a
 * line {@code run BASE PUBLISHER-TOKEN DEVELOPMENT-KEY-FILE RATE SECONDS}. {@code compare BASE
 * TOKEN BASE TOKEN RATE ROUNDS} publishes alternately to a server without and a server with a
 * relay, and prints the latencies.
 */
public final class RelayLoad {

  private static final int CHANNELS = 4;
  private static final Duration ROUND = Duration.ofSeconds(10);
  private static final String NOTE = "x".repeat(60);
  private static final Pattern SEQUENCE = Pattern.compile("\"sequence\":(\\d+)");
  private static final Pattern ACTIVE = Pattern.compile("\"active\":\"([a-z]+)\"");
  private static final Pattern LAG = Pattern.compile("\"publications\":(\\d+),\"millis\":(\\d+)");
  private static final Pattern PROVIDER =
      Pattern.compile("\"name\":\"([a-z]+)\",\"state\":\"([a-z]+)\"[^}]*\"breaker\":\"([a-z]+)\"");

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI base;
  private final String token;
  private final int rate;

  /** The sequences of acknowledged publications by channel. */
  private final Map<String, ConcurrentSkipListSet<Long>> ledger = new ConcurrentHashMap<>();

  private final List<Long> latencies = new ArrayList<>(); // guarded by itself

  private final AtomicInteger refused = new AtomicInteger();

  private RelayLoad(URI base, String token, int rate) {
    this.base = base;
    this.token = token;
    this.rate = rate;
  }

  public static void main(String[] args) throws Exception {
    if (args[0].equals("compare")) {
      int rate = Integer.parseInt(args[5]);
      compare(
          new RelayLoad(URI.create(args[1]), args[2], rate),
          new RelayLoad(URI.create(args[3]), args[4], rate),
          Integer.parseInt(args[6]));
      return;
    }
    Map<String, FakeProviderServer> providers = new LinkedHashMap<>();
    for (String name : List.of("reverb", "pusher", "ably")) {
      providers.put(name, FakeProviderServer.start());
    }
    System.out.println(
        String.join(
            " ", providers.values().stream().map(each -> String.valueOf(each.port())).toList()));
    String[] run =
        new java.io.BufferedReader(
                new java.io.InputStreamReader(System.in, java.nio.charset.StandardCharsets.UTF_8))
            .readLine()
            .split(" ", -1);
    RelayLoad load = new RelayLoad(URI.create(run[1]), run[2], Integer.parseInt(run[4]));
    load.warmUp();
    load.runFailures(providers, admin(run[3]), Integer.parseInt(run[5]));
    System.exit(0);
  }

  /** Alternates in short rounds, so that other work on the machine affects both servers. */
  private static void compare(RelayLoad without, RelayLoad with, int rounds)
      throws InterruptedException {
    for (int round = 0; round < 4; round++) {
      without.warmUp();
      with.warmUp();
    }
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      long p99 = without.measureRound();
      ratios.add(with.measureRound() / (double) p99);
    }
    ratios.sort(null);
    System.out.println("without a relay: " + without.percentiles());
    System.out.println("with a relay: " + with.percentiles());
    System.out.printf(
        Locale.ROOT,
        "p99 with a relay is %.2f times the p99 without (median of %d rounds; %.2f to %.2f)%n",
        ratios.get(rounds / 2),
        rounds,
        ratios.get(0),
        ratios.get(rounds - 1));
  }

  /** A failure or recovery of a provider. */
  private record Event(String what, Runnable action) {}

  private void runFailures(Map<String, FakeProviderServer> providers, String admin, int seconds)
      throws Exception {
    FakeProviderServer reverb = provider(providers, "reverb");
    FakeProviderServer pusher = provider(providers, "pusher");
    FakeProviderServer ably = provider(providers, "ably");
    List<Event> steps =
        List.of(
            new Event("all providers are healthy", () -> {}),
            new Event("reverb is stopped", reverb::stop),
            new Event("reverb recovers", reverb::recover),
            new Event("reverb answers after 5 s", () -> reverb.slow(Duration.ofSeconds(5))),
            new Event("pusher answers 500", () -> pusher.answer(500)),
            new Event("ably answers 429, Retry-After 2", () -> ably.tooManyRequests(2)),
            new Event("ably recovers", ably::recover),
            new Event("pusher recovers", pusher::recover),
            new Event("reverb recovers", reverb::recover));
    System.out.println(
        "| s | event | then active | after ms | most waiting | longest lag ms | states and breakers"
            + " at the end |");
    System.out.println("|---:|---|---|---:|---:|---:|---|");
    long began = System.nanoTime();
    CountDownLatch end = new CountDownLatch(1);
    Thread publisher =
        new Thread(
            () -> {
              try {
                publishFor(Duration.ofSeconds((long) seconds * steps.size()), end::countDown);
              } catch (InterruptedException e) {
                end.countDown();
              }
            });
    publisher.start();
    String before = find(ACTIVE, drivers(admin));
    for (Event step : steps) {
      long at = System.nanoTime();
      step.action().run();
      long most = 0;
      long longest = 0;
      long switched = -1;
      String active = before;
      String now = "";
      while (System.nanoTime() - at < TimeUnit.SECONDS.toNanos(seconds)) {
        now = drivers(admin);
        String present = find(ACTIVE, now);
        if (!present.equals(active)) {
          switched = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - at);
          active = present;
        }
        Matcher lag = LAG.matcher(now);
        if (lag.find()) {
          most = Math.max(most, Long.parseLong(lag.group(1)));
          longest = Math.max(longest, Long.parseLong(lag.group(2)));
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
      List<String> states = new ArrayList<>();
      Matcher state = PROVIDER.matcher(now);
      while (state.find()) {
        states.add(state.group(1) + " " + state.group(2) + "/" + state.group(3));
      }
      System.out.printf(
          Locale.ROOT,
          "| %d | %s | %s | %s | %d | %d | %s |%n",
          TimeUnit.NANOSECONDS.toSeconds(at - began),
          step.what(),
          active,
          switched < 0 ? "–" : String.valueOf(switched),
          most,
          longest,
          String.join(", ", states));
      before = active;
    }
    end.await();
    publisher.join();
    await(admin);
    System.out.println();
    boolean whole = compare(providers);
    System.out.println("publish during the failures: " + percentiles());
    if (!whole) {
      System.exit(1);
    }
  }

  private static FakeProviderServer provider(
      Map<String, FakeProviderServer> providers, String name) {
    return java.util.Objects.requireNonNull(providers.get(name));
  }

  /** Returns an administrator's token, signed with the development key of the server. */
  private static String admin(String keyFile) throws Exception {
    String jwk = Files.readString(Path.of(keyFile));
    PrivateKey key =
        KeyFactory.getInstance("RSA")
            .generatePrivate(new RSAPrivateKeySpec(number(jwk, "n"), number(jwk, "d")));
    long now = System.currentTimeMillis() / 1000;
    String claims =
        "{\"sub\":\"dora\",\"tid\":\"demo\",\"roles\":[\"admin\"],\"iat\":%d,\"exp\":%d}"
            .formatted(now - 60, now + 3600);
    String text =
        base64("{\"alg\":\"RS256\"}".getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key);
    signature.update(text.getBytes(UTF_8));
    return text + "." + base64(signature.sign());
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static BigInteger number(String jwk, String field) {
    String text = find(Pattern.compile("\"" + field + "\":\"([^\"]+)\""), jwk);
    return new BigInteger(1, Base64.getUrlDecoder().decode(text));
  }

  /** Waits until no publication waits to be relayed. */
  private void await(String admin) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!drivers(admin).contains("\"publications\":0") && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  private boolean compare(Map<String, FakeProviderServer> providers) {
    Map<String, TreeSet<Long>> all = new TreeMap<>();
    int outOfOrder = 0;
    int twice = 0;
    StringBuilder by = new StringBuilder();
    for (Map.Entry<String, FakeProviderServer> provider : providers.entrySet()) {
      Map<String, Long> last = new HashMap<>();
      Map<String, TreeSet<Long>> there = new HashMap<>();
      for (FakeProviderServer.Delivered each : provider.getValue().delivered()) {
        if (!there.computeIfAbsent(each.channel(), c -> new TreeSet<>()).add(each.sequence())) {
          twice++;
        } else if (each.sequence() < last.getOrDefault(each.channel(), 0L)) {
          outOfOrder++;
        }
        last.merge(each.channel(), each.sequence(), Math::max);
      }
      by.append(
          String.format(
              Locale.ROOT,
              "%s%s %d",
              by.isEmpty() ? "" : ", ",
              provider.getKey(),
              there.values().stream().mapToInt(TreeSet::size).sum()));
      there.forEach(
          (channel, sequences) ->
              all.computeIfAbsent(channel, c -> new TreeSet<>()).addAll(sequences));
    }
    int acknowledged = 0;
    int lost = 0;
    for (Map.Entry<String, ConcurrentSkipListSet<Long>> channel : ledger.entrySet()) {
      acknowledged += channel.getValue().size();
      for (Long sequence : channel.getValue()) {
        if (!all.getOrDefault(channel.getKey(), new TreeSet<>()).contains(sequence)) {
          lost++;
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "acknowledged %d, refused %d; delivered by %s%nlost %d, out of order %d, twice by one"
            + " provider %d%n",
        acknowledged,
        refused.get(),
        by,
        lost,
        outOfOrder,
        twice);
    return lost == 0 && outOfOrder == 0;
  }

  /** Publishes for one round and returns the 99th percentile of its latencies in nanoseconds. */
  private long measureRound() throws InterruptedException {
    int before;
    synchronized (latencies) {
      before = latencies.size();
    }
    publishFor(ROUND, () -> {});
    synchronized (latencies) {
      return percentile(sorted(latencies.subList(before, latencies.size())), 0.99);
    }
  }

  private void warmUp() throws InterruptedException {
    publishFor(Duration.ofSeconds(10), () -> {});
    synchronized (latencies) {
      latencies.clear();
    }
  }

  /** Publishes at a steady rate; a latency starts when the publication is due. */
  private void publishFor(Duration time, Runnable then) throws InterruptedException {
    AtomicLong number = new AtomicLong();
    long total = time.toSeconds() * rate;
    CountDownLatch answers = new CountDownLatch((int) total);
    ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
    long start = System.nanoTime();
    var unused =
        clock.scheduleAtFixedRate(
            () -> {
              long n = number.getAndIncrement();
              if (n < total) {
                publish((int) (n % CHANNELS), start + n * 1_000_000_000L / rate, answers);
              }
            },
            0,
            1_000_000_000L / rate,
            TimeUnit.NANOSECONDS);
    boolean answered = answers.await(time.toSeconds() + 30, TimeUnit.SECONDS);
    clock.shutdownNow();
    then.run();
    if (!answered) {
      System.out.println("publications without an answer: " + answers.getCount());
    }
  }

  private void publish(int channel, long dueNanos, CountDownLatch answers) {
    String name = "private-relay." + channel;
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve("/broadcasty/publish"))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    "{\"channel\":\"" + name + "\",\"payload\":{\"note\":\"" + NOTE + "\"}}"))
            .build();
    var unused =
        http.sendAsync(request, BodyHandlers.ofString())
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null && answer.statusCode() == 200) {
                    ledger
                        .computeIfAbsent(name, c -> new ConcurrentSkipListSet<>())
                        .add(Long.parseLong(find(SEQUENCE, answer.body())));
                    synchronized (latencies) {
                      latencies.add(System.nanoTime() - dueNanos);
                    }
                  } else {
                    refused.incrementAndGet();
                  }
                  answers.countDown();
                });
  }

  private String percentiles() {
    long[] sorted;
    synchronized (latencies) {
      sorted = sorted(latencies);
    }
    return String.format(
        Locale.ROOT,
        "n %d, p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms",
        sorted.length,
        percentile(sorted, 0.5) / 1e6,
        percentile(sorted, 0.99) / 1e6,
        percentile(sorted, 0.999) / 1e6);
  }

  private static long[] sorted(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).sorted().toArray();
  }

  private static long percentile(long[] sorted, double part) {
    return sorted[(int) (sorted.length * part)];
  }

  private String drivers(String admin) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(base.resolve("/broadcasty/admin/drivers"))
                .header("Authorization", "Bearer " + admin)
                .build(),
            BodyHandlers.ofString());
    return answer.body();
  }

  private static String find(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    return found.find() ? found.group(1) : "0";
  }
}
