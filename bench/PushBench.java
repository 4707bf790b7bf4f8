import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.rbac.DefaultPolicyResolver;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.Audience;
import io.broadcasty.push.device.Confirmation;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.DeviceRegistration;
import io.broadcasty.push.device.FollowerPolicy;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.provider.Urgency;
import io.broadcasty.push.queue.DispatchState;
import io.broadcasty.push.queue.Send;
import io.broadcasty.push.sending.PushWorker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Measures the push queue alone, with a push service that answers after a delay and costs nothing.
 * See bench/README.md.
 */
public class PushBench {

  static final TenantId TENANT = new TenantId("bench");
  static final ChannelName TOPIC = new ChannelName("all");

  public static void main(String[] arguments) throws Exception {
    Logger.getLogger("").setLevel(Level.WARNING);
    String url =
        arguments.length > 4
            ? arguments[4]
            : "jdbc:h2:file:" + Path.of(arguments[0]).toAbsolutePath().resolve("push");
    int devices = Integer.parseInt(arguments[1]);
    int rounds = Integer.parseInt(arguments[2]);
    long serviceMillis = Long.parseLong(arguments[3]);
    String user = arguments.length > 5 ? arguments[5] : "sa";
    String password = arguments.length > 6 ? arguments[6] : null;
    WallClock clock = WallClock.system();
    try (Database database = Database.open(new DatabaseSettings(url, user, password, 8))) {
      FollowerPolicy followers =
          new FollowerPolicy(new Policy(new DefaultPolicyResolver()), Duration.ofDays(7), clock);
      JdbcPushSubscriptionStore subscriptions = new JdbcPushSubscriptionStore(database);
      int existing =
          subscriptions
              .find(TENANT, new Audience(Set.of(), Set.of(), Set.of(TOPIC)), followers, devices)
              .size();
      for (int i = existing; i < devices; i++) {
        String name = "user-" + i;
        DeviceAddress address = new DeviceAddress(new PushService("fcm"), "token-" + i, null, null);
        Confirmation confirmation = new Confirmation(name, Set.of(), clock.nowMillis());
        subscriptions.save(
            TENANT,
            new DeviceRegistration(name, address, null, List.of(TOPIC), confirmation),
            topic -> true);
      }
      JdbcPushQueue queue = new JdbcPushQueue(database, clock);
      AtomicInteger accepted = new AtomicInteger();
      ScheduledExecutorService service = Executors.newScheduledThreadPool(1);
      PushWorker worker =
          new PushWorker(
              new PushProviders(List.of(new DelayedProvider(service, serviceMillis))),
              queue,
              followers,
              "bench-" + clock.nowMillis(),
              200,
              Ticker.system(),
              clock,
              (to, state, dispatch, duration) ->
                  accepted.addAndGet(state == DispatchState.ACCEPTED ? 1 : 0),
              Duration.ofSeconds(5),
              Thread::new);
      double[] acceptMillis = new double[rounds];
      double[] rates = new double[rounds];
      for (int round = -1; round < rounds; round++) { // the first round is not counted
        long start = System.nanoTime();
        List<Recipient> recipients =
            subscriptions.find(
                TENANT, new Audience(Set.of(), Set.of(), Set.of(TOPIC)), followers, devices);
        long now = clock.nowMillis();
        String id = "send-" + now + "-" + round;
        queue.enqueue(
            new Send(
                TENANT,
                id,
                new Notification(
                    "Paid",
                    "Order 17",
                    null,
                    "{\"order\":17}",
                    Duration.ofHours(1),
                    Urgency.NORMAL,
                    null),
                now,
                now + 3_600_000),
            recipients,
            0);
        double millis = (System.nanoTime() - start) / 1e6;
        worker.wake();
        while (accepted.get() < (round + 2) * devices) {
          Thread.sleep(5);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (queue.status(TENANT, id, 0, 1).counts().getOrDefault(DispatchState.ACCEPTED, 0)
            != devices) {
          throw new IllegalStateException("not all notifications were accepted");
        }
        if (round >= 0) {
          acceptMillis[round] = millis;
          rates[round] = devices / seconds;
        }
      }
      worker.close();
      service.shutdownNow();
      System.out.printf(
          "| %-10s | %7d | %12.0f | %15.0f | %13.0f-%.0f |%n",
          database.dialect().name().toLowerCase(),
          devices,
          median(acceptMillis),
          median(rates),
          Arrays.stream(rates).min().orElse(0),
          Arrays.stream(rates).max().orElse(0));
    }
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Accepts every dispatch after a fixed delay. */
  static final class DelayedProvider implements PushProvider {
    private final ScheduledExecutorService threads;
    private final long millis;

    DelayedProvider(ScheduledExecutorService threads, long millis) {
      this.threads = threads;
      this.millis = millis;
    }

    @Override
    public PushService service() {
      return new PushService("fcm");
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
      threads.schedule(
          () -> outcome.complete(new ProviderResponse.Accepted("id")),
          millis,
          TimeUnit.MILLISECONDS);
      return outcome;
    }

    @Override
    public void close() {}
  }
}
