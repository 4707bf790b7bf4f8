package io.broadcasty.integration.load;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/**
 * Runs subscribers spread over nodes and channels, and publishers, with a ledger that compares
 * them.
 *
 * <p>Between {@link #start} and {@link #close} the load continues, whatever happens to the nodes.
 */
public final class Load implements AutoCloseable {

  private static final int PUBLISHERS = 4;

  /** The time within which every node must know the present members. */
  private static final long PRESENCE_MILLIS = 15_000;

  private final Nodes nodes;
  private final Ledger ledger = new Ledger();
  private final List<Subscriber> subscribers = new ArrayList<>();
  private final List<Publisher> publishers = new ArrayList<>();
  private final Map<String, Long> departures = new ConcurrentHashMap<>();

  /**
   * Creates a load that has not started.
   *
   * @param subscribers the total number, spread evenly over the channels
   * @param deliveriesPerSecond to all subscribers together
   */
  public Load(List<URI> bases, int channels, int subscribers, int deliveriesPerSecond) {
    this.nodes = new Nodes(bases);
    List<String> names = new ArrayList<>();
    for (int c = 0; c < channels; c++) {
      names.add("ledger." + c);
    }
    for (int s = 0; s < subscribers; s++) {
      this.subscribers.add(
          new Subscriber(
              nodes, ledger, names.get(s % channels), "m" + s, s / channels + s, departures));
    }
    double perSecond = (double) deliveriesPerSecond * channels / subscribers;
    for (int p = 0; p < PUBLISHERS; p++) {
      List<String> own = new ArrayList<>();
      for (int c = p; c < channels; c += PUBLISHERS) {
        own.add(names.get(c));
      }
      if (!own.isEmpty()) {
        publishers.add(
            new Publisher(nodes, ledger, own, "p" + p, perSecond * own.size() / channels));
      }
    }
  }

  /** Connects all subscribers, then begins to publish. */
  public void start(long patienceMillis) throws InterruptedException {
    subscribers.forEach(Subscriber::connect);
    if (!await(patienceMillis, () -> subscribers.stream().allMatch(Subscriber::isSubscribed))) {
      throw new IllegalStateException("not all could subscribe: " + behind(s -> !s.isSubscribed()));
    }
    for (Publisher publisher : publishers) {
      Thread thread = new Thread(publisher, "publisher");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /**
   * Stops publishing, waits until every subscriber has everything, and compares.
   *
   * @return the result
   */
  public Report check(long patienceMillis) throws InterruptedException {
    long began = System.nanoTime();
    publishers.forEach(Publisher::pause);
    await(patienceMillis, () -> publishers.stream().allMatch(Publisher::isIdle));
    boolean all =
        await(patienceMillis, () -> subscribers.stream().allMatch(Subscriber::isUpToDate));
    if (!all) {
      ledger.fault("not up to date: " + behind(s -> !s.isUpToDate()));
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    subscribers.forEach(Subscriber::compare);
    double presence = awaitPresence();
    double longest = 0;
    for (Publisher publisher : publishers) {
      longest = Math.max(longest, publisher.longestSeconds());
    }
    Report report =
        new Report(
            ledger.count(),
            sum(Subscriber::deliveries),
            sum(Subscriber::resumes),
            sum(Subscriber::lost),
            publishers.stream().mapToLong(Publisher::refused).sum(),
            longest,
            seconds,
            presence,
            Map.copyOf(departures),
            ledger.faults());
    publishers.forEach(Publisher::resume);
    return report;
  }

  /**
   * The result of a load since its start.
   *
   * @param acknowledged publications
   * @param deliveries to all subscribers
   * @param resumes reconnects of subscribers with their position
   * @param lost reports of lost positions to subscribers
   * @param refused attempts to publish that were not acknowledged
   * @param longestSeconds the longest time until a publication was acknowledged, since the previous
   *     report
   * @param settledSeconds the time until every subscriber had everything
   * @param presenceSeconds the time from then until every reachable node knew all members
   * @param departures the reasons why connections ended, with their number
   * @param faults unexpected differences
   */
  public record Report(
      long acknowledged,
      long deliveries,
      long resumes,
      long lost,
      long refused,
      double longestSeconds,
      double settledSeconds,
      double presenceSeconds,
      Map<String, Long> departures,
      List<String> faults) {}

  private double awaitPresence() throws InterruptedException {
    long began = System.nanoTime();
    boolean all =
        await(
            PRESENCE_MILLIS,
            () ->
                nodes.bases().stream()
                    .mapToLong(base -> nodes.members(base, Subscriber.PRESENCE_CHANNEL))
                    .allMatch(count -> count < 0 || count == subscribers.size()));
    if (!all) {
      ledger.fault(
          "present: "
              + nodes.bases().stream()
                  .map(base -> base + " knows " + nodes.members(base, Subscriber.PRESENCE_CHANNEL))
                  .toList()
              + " of "
              + subscribers.size());
    }
    return (System.nanoTime() - began) / 1e9;
  }

  private long sum(ToLongFunction<Subscriber> what) {
    return subscribers.stream().mapToLong(what).sum();
  }

  private String behind(java.util.function.Predicate<Subscriber> which) {
    List<String> places = subscribers.stream().filter(which).map(Subscriber::place).toList();
    return places.size() + " subscribers, " + places.subList(0, Math.min(5, places.size()));
  }

  private static boolean await(long millis, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      Thread.sleep(20);
    }
    return true;
  }

  @Override
  public void close() {
    publishers.forEach(Publisher::stop);
    subscribers.forEach(Subscriber::leave);
  }
}
