package io.broadcasty.push.sending;

import static io.broadcasty.push.queue.PushFixtures.followers;
import static io.broadcasty.push.queue.PushFixtures.save;

import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.provider.FakeProvider;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.queue.PushFixtures;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.Send;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A process for {@link PushKillTest} to kill: it queues and sends notifications, and prints the id
 * of each that the push service has received.
 */
final class PushKillProcess {

  static final int IN_FLIGHT = 100;
  static final String SEND = "s";

  private static final long SERVICE_MILLIS = 20;

  private PushKillProcess() {}

  static Database database(String file) {
    return Database.open(new DatabaseSettings("jdbc:h2:file:" + file, "sa", null, 4));
  }

  /** Returns a worker that sends to this provider. */
  static PushWorker work(Database database, String node, PushProvider provider) {
    return new PushWorker(
        new PushProviders(List.of(provider)),
        new JdbcPushQueue(database, WallClock.system()),
        followers(WallClock.system()),
        node,
        IN_FLIGHT,
        Ticker.system(),
        WallClock.system(),
        (service, state, id, nanos) -> {},
        Duration.ofSeconds(5),
        Thread::new);
  }

  public static void main(String[] arguments) {
    Database database = database(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    PushSubscriptionStore subscriptions = new JdbcPushSubscriptionStore(database);
    List<Recipient> devices = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      devices.add(
          PushFixtures.recipient(
              save(
                  subscriptions,
                  PushFixtures.ACME,
                  "u" + i,
                  PushFixtures.fcm("t" + i),
                  null,
                  List.of(),
                  1)));
    }
    PushQueue queue = new JdbcPushQueue(database, WallClock.system());
    long now = WallClock.system().nowMillis();
    for (int i = 0; i < count / devices.size(); i++) {
      queue.enqueue(
          new Send(
              PushFixtures.ACME, SEND + i, PushFixtures.notification("n"), now, now + 3_600_000),
          devices,
          0);
    }
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    ScheduledExecutorService service = Executors.newScheduledThreadPool(1);
    work(
        database,
        "killed",
        new FakeProvider(
            SamplePushServices.FCM,
            dispatch -> {
              out.println(dispatch.id());
              CompletableFuture<ProviderResponse> outcome = new CompletableFuture<>();
              var unused =
                  service.schedule(
                      () -> outcome.complete(new ProviderResponse.Accepted(null)),
                      SERVICE_MILLIS,
                      TimeUnit.MILLISECONDS);
              return outcome;
            }));
  }
}
