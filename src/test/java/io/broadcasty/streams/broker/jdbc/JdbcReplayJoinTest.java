package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.ReplayJoinContract;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.PublicationListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests replay joined to live delivery over the database broker. */
class JdbcReplayJoinTest extends ReplayJoinContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  private final ExecutorService answers = Executors.newFixedThreadPool(2);

  @Override
  protected Size size() {
    return new Size(10, 500, 20);
  }

  @Override
  protected boolean losesPublications() {
    return false;
  }

  @Override
  protected Broker open(PublicationListener listener) {
    database =
        Database.open(
            new DatabaseSettings("jdbc:h2:file:" + dir.resolve("broadcasty"), "sa", null, 8));
    return new JdbcBroker(
        new JdbcBrokerSettings(
            new Retention(Duration.ofHours(1), 1_000_000, 1L << 40), Duration.ofMinutes(10)),
        database,
        WallClock.system(),
        listener,
        Thread::new,
        answers);
  }

  @AfterEach
  void closeDatabase() {
    answers.shutdownNow();
    database.close();
  }
}
