package io.broadcasty.push;

import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcSubscriptionStore;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
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
final class KilledSender {

  static final int IN_FLIGHT = 100;
  static final String SEND = "s";

  private static final long SERVICE_MILLIS = 20;

  private KilledSender() {}

  static Database database(String file) {
    return Database.open(new DatabaseSettings("jdbc:h2:file:" + file, "sa", null, 4));
  }

  /** Returns a worker that sends to this provider. */
  static PushWorker work(Database database, String node, PushProvider provider) {
    return new PushWorker(
        new EnabledServices(List.of(provider)),
        new JdbcPushQueue(database, WallClock.system()),
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
    SubscriptionStore subscriptions = new JdbcSubscriptionStore(database);
    List<Recipient> devices = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      devices.add(
          Devices.recipient(
              subscriptions.save(Devices.ACME, "u" + i, Devices.fcm("t" + i), null, List.of(), 1)));
    }
    PushQueue queue = new JdbcPushQueue(database, WallClock.system());
    long now = WallClock.system().nowMillis();
    for (int i = 0; i < count / devices.size(); i++) {
      queue.enqueue(
          new Send(Devices.ACME, SEND + i, Devices.notification("n"), now, now + 3_600_000),
          devices,
          0);
    }
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    ScheduledExecutorService service = Executors.newScheduledThreadPool(1);
    work(
        database,
        "killed",
        new FakeProvider(
            SampleServices.FCM,
            dispatch -> {
              out.println(dispatch.id());
              CompletableFuture<PushOutcome> outcome = new CompletableFuture<>();
              var unused =
                  service.schedule(
                      () -> outcome.complete(new PushOutcome.Accepted(null)),
                      SERVICE_MILLIS,
                      TimeUnit.MILLISECONDS);
              return outcome;
            }));
  }
}
