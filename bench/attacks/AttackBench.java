import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Attacks a server in one way after the other and prints for each a row with what a well-behaved
 * tenant, the health checks and the heap noticed.
 *
 * <p>Usage: {@code java AttackBench PORT HEALTH_PORT KEY PID LOG SECONDS ADDRESSES SOAK_MINUTES
 * SETTLE_SECONDS ATTACK…}. Ends after the first row with a broken bound with the status 2, so that
 * the next attack meets a new server. A soak goes on without a pause, round after round, adds a row
 * for the whole, and ends with 2 if any row has a broken bound.
 */
final class AttackBench {

  private static final int WARM_UP_SECONDS = 20;
  private static final int CROWD_SECONDS = 20;
  private static final int MAX_CALM_SECONDS = 15;
  private static final int DELIVERY_SECONDS = 15;
  private static final int BROKEN = 2;
  private static final int CLASSES_SHOWN = 12;

  private final String[] args;
  private final int seconds;
  private final long soakMinutes;
  private final int settleSeconds;
  private final ServerProcess server;
  private final Neighbour neighbour;
  private final WarmUp warmUp;
  private final List<HealthProbe> probes;
  private final AttackerProcess attacker = new AttackerProcess();
  private final AtomicLong peak = new AtomicLong();
  private final AtomicLong residentPeak = new AtomicLong();
  private long heapBefore;
  private Map<String, Long> classesBefore = Map.of();
  private Neighbour.Window before;

  private AttackBench(String[] args) throws Exception {
    this.args = args;
    seconds = Integer.parseInt(args[5]);
    soakMinutes = Long.parseLong(args[7]);
    settleSeconds = Integer.parseInt(args[8]);
    server = new ServerProcess(args[3], Path.of(args[4]));
    int port = Integer.parseInt(args[0]);
    int health = Integer.parseInt(args[1]);
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    URI node = URI.create("http://127.0.0.1:" + port);
    Tokens tokens = new Tokens(Path.of(args[2]), "neighbour");
    neighbour = new Neighbour(node, tokens, http);
    warmUp = new WarmUp(node, tokens, http);
    probes =
        List.of(
            new HealthProbe(health, "/health/live"),
            new HealthProbe(health, "/health/ready"),
            new HealthProbe(port, "/broadcasty/ping"));
  }

  public static void main(String[] args) throws Exception {
    System.exit(new AttackBench(args).run());
  }

  private int run() throws Exception {
    Runtime.getRuntime().addShutdownHook(new Thread(attacker::stop));
    neighbour.start();
    probes.forEach(HealthProbe::start);
    Thread sampler = new Thread(this::sample, "sampler");
    sampler.setDaemon(true);
    sampler.start();
    say("warm-up of %d s", WARM_UP_SECONDS);
    warmUp.run(WARM_UP_SECONDS);
    say("a crowd of clients that behave, %d s", CROWD_SECONDS);
    attacker.run(Attacker.CROWD, args[0], args[2], CROWD_SECONDS, args[6]);
    List<String> attacks = List.of(args).subList(9, args.length);
    return soakMinutes > 0 ? soak(attacks) : each(attacks);
  }

  private int each(List<String> attacks) throws Exception {
    for (String name : attacks) {
      calm();
      Row row = attack(name);
      row.heapAfter = settle();
      finish(row, true);
      if (!row.broken(true).isEmpty()) {
        return BROKEN;
      }
    }
    return 0;
  }

  private int soak(List<String> attacks) throws Exception {
    calm();
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(soakMinutes);
    boolean broken = false;
    long highest = 0;
    for (int i = 0; System.nanoTime() < end && server.isAlive(); i++) {
      Row last = attack(attacks.get(i % attacks.size()));
      last.heapAfter = server.collectedMegabytes();
      finish(last, false);
      highest = Math.max(highest, last.heapPeak);
      broken |= !last.broken(false).isEmpty();
    }
    return server.isAlive() && afterwards(highest) && !broken ? 0 : BROKEN;
  }

  /** Prints a row for the time after a soak; returns whether its bounds hold. */
  private boolean afterwards(long highest) throws Exception {
    Row whole = new Row("afterwards");
    begin(whole);
    whole.before = before;
    whole.heapBefore = heapBefore;
    whole.heapPeak = highest;
    whole.residentPeak = server.residentMegabytes();
    whole.heapAfter = settle();
    probes.forEach(HealthProbe::reset);
    whole.during = neighbour.begin();
    TimeUnit.SECONDS.sleep(MAX_CALM_SECONDS);
    neighbour.begin();
    whole.during.await();
    whole.health(probes);
    finish(whole, true);
    return whole.broken(true).isEmpty();
  }

  private void sample() {
    while (!Thread.interrupted()) {
      peak.accumulateAndGet(server.heapMegabytes(), Math::max);
      residentPeak.accumulateAndGet(server.residentMegabytes(), Math::max);
      try {
        TimeUnit.MILLISECONDS.sleep(500);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Measures the heap and the neighbour without an attack. */
  private void calm() throws InterruptedException {
    classesBefore = server.bytesOfClasses();
    heapBefore = server.collectedMegabytes();
    before = neighbour.begin();
    TimeUnit.SECONDS.sleep(Math.max(5, Math.min(MAX_CALM_SECONDS, seconds / 2)));
    neighbour.begin();
    before.await();
  }

  private Row attack(String name) throws Exception {
    say("%s, %d s", name, seconds);
    Row row = new Row(name);
    row.before = before;
    row.heapBefore = heapBefore;
    begin(row);
    peak.set(0);
    residentPeak.set(0);
    probes.forEach(HealthProbe::reset);
    row.during = neighbour.begin();
    row.counts = attacker.run(name, args[0], args[2], seconds, args[6]);
    neighbour.begin();
    row.during.await();
    row.health(probes);
    row.heapPeak = peak.get();
    row.residentPeak = residentPeak.get();
    row.lost = lost(row.during);
    return row;
  }

  /** Returns how many deliveries are missing, after some time for those that are on their way. */
  private int lost(Neighbour.Window during) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DELIVERY_SECONDS);
    while (neighbour.lost(during) > 0 && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(250);
    }
    return neighbour.lost(during);
  }

  /** Notes the counts from which those of the row are measured. */
  private void begin(Row row) {
    row.dropped = -neighbour.dropped();
    row.doubled = -neighbour.doubled();
    row.outOfMemoryErrors = -server.outOfMemoryErrors();
  }

  /** Completes and prints a row. */
  private void finish(Row row, boolean settled) {
    row.alive = server.isAlive();
    row.dropped += neighbour.dropped();
    row.doubled += neighbour.doubled();
    row.outOfMemoryErrors += server.outOfMemoryErrors();
    row.ends = neighbour.ends();
    System.out.println(row.format(settled));
    say("%s", row.format(settled));
  }

  /** Collects garbage until the heap is back, for a while; returns the last figure. */
  private long settle() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(settleSeconds);
    long heap = server.collectedMegabytes();
    while (!Row.isBack(heapBefore, heap) && System.nanoTime() < end && server.isAlive()) {
      TimeUnit.SECONDS.sleep(3);
      heap = server.collectedMegabytes();
    }
    if (!Row.isBack(heapBefore, heap)) {
      tellGrowth();
    }
    return heap;
  }

  /** Says which classes have more objects than before the attack. */
  private void tellGrowth() {
    Map<String, Long> growth = server.bytesOfClasses();
    growth.replaceAll((name, bytes) -> bytes - classesBefore.getOrDefault(name, 0L));
    growth.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(CLASSES_SHOWN)
        .forEach(each -> say("  %+,d bytes of %s", each.getValue(), each.getKey()));
  }

  private static void say(String format, Object... values) {
    System.err.printf(Locale.ROOT, "  " + format + "%n", values);
  }
}
