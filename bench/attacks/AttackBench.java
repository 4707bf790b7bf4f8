import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Attacks a server in one way after the other, each from a process of its own, and prints for each
 * a row with what a well-behaved tenant, the health checks and the heap noticed.
 *
 * <p>Usage: {@code java AttackBench PORT HEALTH_PORT KEY PID LOG SECONDS ADDRESSES SOAK_MINUTES
 * ATTACK…}. Ends after the first row with a broken bound with the status 2, so that the next attack
 * meets a new server; a soak goes on, round after round, and ends with 2 if any row had one.
 */
final class AttackBench {

  private static final int WARM_UP_SECONDS = 20;
  private static final int SETTLE_SECONDS = 90; // longer than the lease of a member
  private static final int HEALTH_MILLIS = 1000;
  private static final int LATENCY_RATIO = 10;
  private static final double HEAP_RATIO = 1.1;
  private static final int BROKEN = 2;

  private final String[] args;
  private final int seconds;
  private final ServerProcess server;
  private final Neighbour neighbour;
  private final List<HealthProbe> probes;
  private final AtomicLong peak = new AtomicLong();
  private final AtomicLong peakResident = new AtomicLong();
  private volatile Process attacker;

  private AttackBench(String[] args) throws Exception {
    this.args = args;
    seconds = Integer.parseInt(args[5]);
    server = new ServerProcess(args[3], Path.of(args[4]));
    int port = Integer.parseInt(args[0]);
    int health = Integer.parseInt(args[1]);
    neighbour = new Neighbour(port, new Tokens(Path.of(args[2]), "neighbour"));
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
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopAttacker));
    neighbour.start();
    probes.forEach(HealthProbe::start);
    Thread sampler = new Thread(this::sample, "sampler");
    sampler.setDaemon(true);
    sampler.start();
    say("warm-up of %d s", WARM_UP_SECONDS);
    TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
    long soakNanos = TimeUnit.MINUTES.toNanos(Long.parseLong(args[7]));
    long end = System.nanoTime() + soakNanos;
    boolean broken = false;
    do {
      for (int i = 8; i < args.length && (soakNanos == 0 || System.nanoTime() < end); i++) {
        broken |= !attack(args[i]);
        if (broken && soakNanos == 0 || !server.isAlive()) {
          return BROKEN;
        }
      }
    } while (System.nanoTime() < end);
    return broken ? BROKEN : 0;
  }

  private void sample() {
    while (!Thread.interrupted()) {
      peak.accumulateAndGet(server.heapMegabytes(), Math::max);
      peakResident.accumulateAndGet(server.residentMegabytes(), Math::max);
      try {
        TimeUnit.MILLISECONDS.sleep(500);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Runs one attack and prints its row; returns whether every bound held. */
  private boolean attack(String name) throws Exception {
    long heapBefore = server.collectedMegabytes();
    Neighbour.Window before = neighbour.begin();
    TimeUnit.SECONDS.sleep(Math.max(5, Math.min(15, seconds / 2)));
    neighbour.begin();
    before.await();

    say("%s, %d s", name, seconds);
    int dropped = neighbour.dropped();
    int doubled = neighbour.doubled();
    long errors = server.outOfMemoryErrors();
    peak.set(0);
    peakResident.set(0);
    probes.forEach(HealthProbe::reset);
    Neighbour.Window during = neighbour.begin();
    String counts = attackFor(name);
    neighbour.begin();
    during.await();
    List<String> broken = new ArrayList<>();
    String health = health(broken);
    long highest = peak.get();
    long resident = peakResident.get();
    TimeUnit.SECONDS.sleep(2); // what was acknowledged last is still delivered
    int lost = neighbour.lost(during);
    long heapAfter = settle(heapBefore);

    dropped = neighbour.dropped() - dropped;
    doubled = neighbour.doubled() - doubled;
    errors = server.outOfMemoryErrors() - errors;
    double ratio = during.millis(0.99) / before.millis(0.99);
    check(broken, server.isAlive(), "the node is down");
    check(broken, errors == 0, errors + " OutOfMemoryErrors in the log");
    check(broken, ratio <= LATENCY_RATIO, "publishes too slow");
    check(broken, during.failed() == 0, "publishes failed " + during.failures());
    check(broken, dropped == 0, "streams dropped " + neighbour.ends());
    check(broken, lost == 0 && doubled == 0, "publications lost or doubled");
    check(broken, heapAfter <= heapBefore * HEAP_RATIO, "heap not back");
    System.out.printf(
        Locale.ROOT,
        "| %-15s | %6.1f / %6.1f | %7.1f / %7.1f | %6.1f | %5d | %4d | %4d / %4d | %-13s |"
            + " %3d / %3d / %3d | %4d | %-4s | %s | %s |%n",
        name,
        before.millis(0.5),
        before.millis(0.99),
        during.millis(0.5),
        during.millis(0.99),
        ratio,
        during.failed(),
        dropped,
        lost,
        doubled,
        health,
        heapBefore,
        highest,
        heapAfter,
        resident,
        server.isAlive() ? "up" : "DOWN",
        broken.isEmpty() ? "ok" : String.join("; ", broken),
        counts);
    return broken.isEmpty();
  }

  private static void check(List<String> broken, boolean holds, String what) {
    if (!holds) {
      broken.add(what);
    }
  }

  /** Returns the slowest answer and the number of failures of all probes. */
  private String health(List<String> broken) {
    double slowest = 0;
    int failed = 0;
    for (HealthProbe probe : probes) {
      slowest = Math.max(slowest, probe.slowestMillis());
      failed += probe.failed();
      if (probe.failed() > 0 || probe.slowestMillis() > HEALTH_MILLIS) {
        broken.add(
            String.format(
                Locale.ROOT,
                "%s %.0f ms, %d of %d failed %s",
                probe.path(),
                probe.slowestMillis(),
                probe.failed(),
                probe.asked(),
                probe.failures()));
      }
    }
    return String.format(Locale.ROOT, "%.0f / %d", slowest, failed);
  }

  /** Collects garbage until the heap is back, for a while; returns the last figure. */
  private long settle(long heapBefore) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
    long heap = server.collectedMegabytes();
    while (heap > heapBefore * HEAP_RATIO && System.nanoTime() < end && server.isAlive()) {
      TimeUnit.SECONDS.sleep(3);
      heap = server.collectedMegabytes();
    }
    return heap;
  }

  /**
   * Runs the attacker for the seconds, at a low priority, because on a machine of its own it would
   * take no processor time from the server; returns its last counts.
   */
  private String attackFor(String name) throws Exception {
    attacker =
        new ProcessBuilder(
                "nice",
                "-n",
                "19",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "Attacker",
                name,
                args[0],
                args[2],
                args[5],
                args[6])
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    AtomicReference<String> counts = new AtomicReference<>("");
    Thread reader = new Thread(() -> read(counts), "counts");
    reader.setDaemon(true);
    reader.start();
    if (!attacker.waitFor(seconds + 15L, TimeUnit.SECONDS)) {
      say("%s did not end in time and is killed", name);
    }
    stopAttacker();
    reader.join(1000);
    return counts.get();
  }

  private void read(AtomicReference<String> counts) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(attacker.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.matches("([\\w-]+=\\d+ ?)*")) {
          counts.set(line);
        } else {
          say("%s", line);
        }
      }
    } catch (IOException e) {
      say("cannot read the attacker's counts: %s", e);
    }
  }

  private void stopAttacker() {
    Process running = attacker;
    if (running != null) {
      running.destroyForcibly();
    }
  }

  private static void say(String format, Object... values) {
    System.err.printf(Locale.ROOT, "  " + format + "%n", values);
  }
}
