import io.broadcasty.core.rbac.DefaultPolicyResolver;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.Confirmation;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.DeviceRegistration;
import io.broadcasty.push.device.FollowerPolicy;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.provider.Urgency;
import io.broadcasty.push.queue.Send;
import io.broadcasty.push.sending.PushWorker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Measures the push of one tenant beside another whose devices all fail. See bench/README.md.
 *
 * <p>A good tenant sends to five devices every 50 ms. The time from its request until the service
 * has a notification is measured, first alone, then while a bad tenant sends to all of its devices
 * once a second.
 */
public class PushNeighbourBench {

  static final TenantId GOOD = new TenantId("good");
  static final TenantId BAD = new TenantId("bad");
  static final PushService SERVICE = new PushService("fcm");
  static final int GOOD_DEVICES = 5;
  static final long GOOD_INTERVAL_MILLIS = 50;
  static final double MOST = 1.5;

  /** What the devices of the bad tenant do. */
  enum Behaviour {
    ABSENT,
    ACCEPT,
    FAIL,
    REFUSED,
    ASK_FOR_A_DAY,
    NEVER_ANSWER
  }

  public static void main(String[] arguments) throws Exception {
    Logger.getLogger("").setLevel(Level.SEVERE);
    String url = "jdbc:h2:file:" + Path.of(arguments[0]).toAbsolutePath();
    int devices = Integer.parseInt(arguments[1]);
    int seconds = Integer.parseInt(arguments[2]);
    int rounds = Integer.parseInt(arguments[3]);
    Map<Behaviour, List<Result>> results = new EnumMap<>(Behaviour.class);
    measure(url + "/warm-up", Behaviour.FAIL, devices, seconds);
    for (int round = 0; round < rounds; round++) {
      for (Behaviour behaviour : Behaviour.values()) {
        results
            .computeIfAbsent(behaviour, each -> new ArrayList<>())
            .add(measure(url + "/" + behaviour + round, behaviour, devices, seconds));
      }
    }
    String format = "| %-13s | %7s | %7s | %7s | %8s | %12s |%n";
    System.out.printf(format, "bad tenant", "sent", "p50 ms", "p99 ms", "to alone", "devices kept");
    System.out.println("|---|---:|---:|---:|---:|---:|");
    double alone = median(results.get(Behaviour.ABSENT), Result::p99);
    boolean good = true;
    for (Map.Entry<Behaviour, List<Result>> each : results.entrySet()) {
      double p99 = median(each.getValue(), Result::p99);
      int kept = each.getValue().stream().mapToInt(Result::kept).min().orElse(0);
      good &= p99 <= MOST * alone && kept == devices;
      System.out.printf(
          Locale.ROOT,
          format,
          each.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '),
          each.getValue().stream().mapToInt(Result::sent).sum(),
          "%.1f".formatted(median(each.getValue(), Result::p50)),
          "%.1f".formatted(p99),
          "%.2f".formatted(p99 / alone),
          kept + " of " + devices);
    }
    System.exit(good ? 0 : 1);
  }

  private static double median(List<Result> results, ToDoubleFunction<Result> value) {
    double[] sorted = results.stream().mapToDouble(value).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  record Result(int sent, double p50, double p99, int kept) {}

  private static Result measure(String url, Behaviour behaviour, int devices, int seconds)
      throws Exception {
    WallClock clock = WallClock.system();
    ConcurrentLinkedQueue<Double> latencies = new ConcurrentLinkedQueue<>();
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(1);
    try (Database database = Database.open(new DatabaseSettings(url, "sa", null, 8))) {
      JdbcPushSubscriptionStore store = new JdbcPushSubscriptionStore(database);
      JdbcPushQueue queue = new JdbcPushQueue(database, clock);
      List<Recipient> ofGood = register(store, GOOD, GOOD_DEVICES);
      List<Recipient> ofBad = register(store, BAD, devices);
      PushWorker worker =
          new PushWorker(
              new PushProviders(List.of(new Provider(threads, behaviour, latencies))),
              queue,
              new FollowerPolicy(
                  new Policy(new DefaultPolicyResolver()), Duration.ofDays(7), clock),
              "bench-" + clock.nowMillis(),
              200,
              Ticker.system(),
              clock,
              (to, state, dispatch, duration) -> {},
              Duration.ofSeconds(1),
              Thread::new);
      AtomicBoolean running = new AtomicBoolean(true);
      Thread bad =
          new Thread(
              () -> {
                while (running.get() && behaviour != Behaviour.ABSENT) {
                  send(queue, worker, BAD, ofBad, clock);
                  pause(1000);
                }
              });
      bad.start();
      pause(2000); // what the bad tenant does first is not counted
      latencies.clear();
      int sends = (int) (seconds * 1000 / GOOD_INTERVAL_MILLIS);
      for (int i = 0; i < sends; i++) {
        long start = System.nanoTime();
        send(queue, worker, GOOD, ofGood, clock);
        pause(GOOD_INTERVAL_MILLIS - (System.nanoTime() - start) / 1_000_000);
      }
      pause(2000);
      running.set(false);
      bad.join();
      int kept = 0;
      for (int user = 0; user * 50 < devices; user++) {
        kept += store.findByUser(BAD, "user-" + user).size();
      }
      worker.close();
      double[] sorted = latencies.stream().mapToDouble(each -> each).sorted().toArray();
      if (sorted.length != sends * GOOD_DEVICES) {
        System.err.println(behaviour + ": sent " + sorted.length + " of " + sends * GOOD_DEVICES);
      }
      return new Result(
          sorted.length, sorted[sorted.length / 2], sorted[sorted.length * 99 / 100], kept);
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<Recipient> register(
      JdbcPushSubscriptionStore store, TenantId tenant, int count) {
    List<Recipient> devices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String user = "user-" + i / 50;
      DeviceAddress address = new DeviceAddress(SERVICE, tenant.value() + "-" + i, null, null);
      Confirmation confirmation = new Confirmation(user, Set.of(), WallClock.system().nowMillis());
      PushSubscription stored =
          store
              .save(
                  tenant,
                  new DeviceRegistration(user, address, null, List.of(), confirmation),
                  topic -> true)
              .subscription();
      devices.add(new Recipient(stored.id(), user, SERVICE));
    }
    return devices;
  }

  private static void send(
      JdbcPushQueue queue,
      PushWorker worker,
      TenantId tenant,
      List<Recipient> to,
      WallClock clock) {
    long now = clock.nowMillis();
    String nanos = Long.toString(System.nanoTime());
    Notification notification =
        new Notification("Paid", nanos, null, null, Duration.ofMinutes(5), Urgency.NORMAL, null);
    queue.enqueue(new Send(tenant, nanos, notification, now, now + 300_000), to, 0);
    worker.wake();
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(Math.max(0, millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Accepts what is for the good tenant after 20 ms, and treats the bad one as told. */
  static final class Provider implements PushProvider {
    private final ScheduledExecutorService threads;
    private final Behaviour behaviour;
    private final ConcurrentLinkedQueue<Double> latencies;

    Provider(
        ScheduledExecutorService threads,
        Behaviour behaviour,
        ConcurrentLinkedQueue<Double> latencies) {
      this.threads = threads;
      this.behaviour = behaviour;
      this.latencies = latencies;
    }

    @Override
    public PushService service() {
      return SERVICE;
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(10);
    }

    @Override
    public void validate(DeviceAddress device) {}

    @Override
    public int excessBytes(Notification notification) {
      return 0;
    }

    @Override
    public CompletionStage<ProviderResponse> send(Dispatch dispatch) {
      CompletableFuture<ProviderResponse> outcome = new CompletableFuture<>();
      ProviderResponse answer = new ProviderResponse.Accepted("id");
      if (dispatch.device().token().startsWith("good")) {
        long since = Long.parseLong(dispatch.notification().body());
        latencies.add((System.nanoTime() - since) / 1e6);
      } else {
        answer =
            switch (behaviour) {
              case ABSENT, NEVER_ANSWER -> null;
              case ACCEPT -> answer;
              case FAIL -> new ProviderResponse.Retry("503", null);
              case REFUSED -> new ProviderResponse.Mismatched("403", "broadcasty.push.fcm");
              case ASK_FOR_A_DAY -> new ProviderResponse.Retry("503", Duration.ofDays(1));
            };
      }
      if (answer != null) {
        ProviderResponse given = answer;
        threads.schedule(() -> outcome.complete(given), 20, TimeUnit.MILLISECONDS);
      }
      return outcome;
    }

    @Override
    public void close() {}
  }
}
