package io.broadcasty.app;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.broker.jdbc.JdbcBroker;
import io.broadcasty.broker.jdbc.JdbcBrokerSettings;
import io.broadcasty.broker.memory.MemoryBroker;
import io.broadcasty.config.Settings;
import io.broadcasty.database.Database;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import org.jspecify.annotations.Nullable;

/**
 * The broker that is configured, with what it stands on.
 *
 * @param broker in force
 * @param database what it stands on; null for memory
 */
record Store(Broker broker, @Nullable Database database) implements AutoCloseable {

  static Store open(
      Settings settings,
      Ticker ticker,
      WallClock clock,
      PublicationListener listener,
      Threads threads) {
    Settings.Replay replay = settings.replay();
    if (replay.store() == Settings.Store.MEMORY) {
      MemoryBroker broker =
          new MemoryBroker(
              replay.retention(),
              replay.idempotencyWindow(),
              replay.maxIds(),
              ticker,
              clock,
              listener);
      return new Store(broker, null);
    }
    String dataSource = settings.dataSource();
    Database database =
        dataSource == null
            ? Database.open(settings.database())
            : Database.over(DataSources.ofServer(ticker).find(dataSource));
    JdbcBroker broker =
        new JdbcBroker(
            new JdbcBrokerSettings(replay.retention(), replay.idempotencyWindow()),
            database,
            clock,
            listener,
            Threads.named("committer"),
            threads.answers);
    return new Store(broker, database);
  }

  @Override
  public void close() {
    broker.close();
    if (database != null) {
      database.close();
    }
  }
}
