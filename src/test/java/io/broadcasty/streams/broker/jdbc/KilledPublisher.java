package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.TestPublications;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A process that publishes endlessly and prints the acknowledged sequences, to be killed. */
final class KilledPublisher {

  static final Retention RETENTION = new Retention(Duration.ofHours(1), 1_000_000, 1L << 30);

  private KilledPublisher() {}

  static JdbcBroker open(Database database) {
    return new JdbcBroker(
        new JdbcBrokerSettings(RETENTION, Duration.ofMinutes(10)),
        database,
        WallClock.system(),
        publication -> {},
        Thread::new,
        Runnable::run);
  }

  static Database database(String file) {
    return Database.open(new DatabaseSettings("jdbc:h2:file:" + file, "sa", null, 2));
  }

  public static void main(String[] arguments) {
    JdbcBroker broker = open(database(arguments[0]));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    for (int thread = 0; thread < 4; thread++) {
      String name = "t" + thread;
      new Thread(
              () -> {
                for (int i = 0; true; i++) {
                  AppendOutcome.Appended appended =
                      TestPublications.appended(
                          broker,
                          TestPublications.named(
                              TestPublications.channel("orders"), 0, name + "-" + i));
                  out.println(appended.position().sequence() + " " + name + "-" + i);
                }
              })
          .start();
    }
  }
}
