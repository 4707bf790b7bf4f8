package io.broadcasty.streams.broker.jdbc;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static io.broadcasty.streams.broker.TestPublications.publish;
import static io.broadcasty.streams.broker.TestPublications.sequences;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.StoredRows;
import io.broadcasty.infra.database.Transactions;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerContract;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.RetentionLookup;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the broker on H2; a subclass for each other database. */
class JdbcBrokerTest extends BrokerContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @Override
  protected Broker open(RetentionLookup retention, PublicationListener listener) {
    database = database();
    return new JdbcBroker(
        new JdbcBrokerSettings(retention, WINDOW),
        database,
        time,
        listener,
        Thread::new,
        Runnable::run);
  }

  /** Returns the same database, with its data, throughout a test. */
  protected Database database() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("broadcasty"), "sa", null, 4));
  }

  @Override
  protected Set<String> stored() {
    return StoredRows.of(database);
  }

  @AfterEach
  @Override
  protected void closeAll() {
    super.closeAll();
    database.close();
  }

  @Test
  void continuesAfterARestartWithoutAGap() {
    Broker before = open(RetentionLookup.uniform(PLENTY), received);
    Position first = appended(before, named(channel("a"), 0, "1")).position();
    before.close();
    database.close();

    Broker after = open(RetentionLookup.uniform(PLENTY), received);
    AppendOutcome.Appended again = appended(after, named(channel("a"), 0, "1"));
    assertTrue(again.duplicate());
    assertEquals(first, again.position());
    ReplayPage page =
        after.replay(
            new ReplayRequest(channel("a"), 0, first.epoch(), first.sequence(), 10, 10_000));
    assertNull(page.lost());
    Position next = appended(after, plain(channel("a"), 0, "2")).position();
    assertEquals(new Position(first.epoch(), 0, 2), next);
    assertEquals(List.of(1L, 2L), sequences(kept(after, channel("a"), 0)));
    assertEquals(List.of(1L, 2L), received.sequences(channel("a"), 0));
    after.close();
  }

  @Test
  void deletesWhatHasLeftTheRetentionOfEveryChannel() throws Exception {
    Broker broker =
        open(RetentionLookup.uniform(new Retention(Duration.ofHours(1), 2, 1L << 30)), received);
    List<Envelope> all = new ArrayList<>();
    for (int i = 0; i < 1050; i++) { // more than are read together
      TenantChannel channel = channel("c.%04d".formatted(i));
      for (int n = 1; n <= (i % 2 == 0 ? 3 : 2); n++) {
        all.add(plain(channel, 0, "" + n));
      }
    }
    publish(broker, all);
    assertEquals(2625, events());
    broker.prune();
    assertEquals(2100, events());
    time.advance(Duration.ofHours(2));
    broker.prune();
    assertEquals(0, events());
    broker.close();
  }

  private long events() throws SQLException {
    return new Transactions(database)
        .runAutoCommit(
            connection -> {
              try (Statement statement = connection.createStatement();
                  ResultSet count =
                      statement.executeQuery("SELECT COUNT(*) FROM broadcasty_events")) {
                assertTrue(count.next());
                return count.getLong(1);
              }
            });
  }
}
