package io.broadcasty.delivery.occupancy.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.time.ManualTime;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.occupancy.OccupancyAnswer;
import io.broadcasty.delivery.occupancy.OccupancyChange;
import io.broadcasty.delivery.occupancy.OccupancyChange.Kind;
import io.broadcasty.delivery.occupancy.OccupancyStore;
import io.broadcasty.delivery.occupancy.SharedOccupancyContract;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests nodes on one H2 database; a subclass for each other database. */
class JdbcOccupancyStoreTest extends SharedOccupancyContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private @Nullable Database database;

  /** Opens an empty database. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("occupancy"), "sa", null, 12));
  }

  private Database database() {
    if (database == null) {
      database = openDatabase();
    }
    return database;
  }

  @Override
  protected OccupancyStore open(String node) {
    return new JdbcOccupancyStore(database(), node, Ticker.system(), WallClock.system());
  }

  @Override
  protected int burstSize() {
    return 2000;
  }

  @Override
  protected void loseAll() {
    execute("DELETE FROM broadcasty_occupancy");
  }

  @Override
  protected void closeStores() {
    if (database != null) {
      database.close();
    }
  }

  private void execute(String sql) {
    try (Connection connection = database().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(true);
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private long rows() {
    try (Connection connection = database().dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT COUNT(*) FROM broadcasty_occupancy")) {
      count.next();
      return count.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void channelsWithoutSubscribersArePrunedAfterAWhile() {
    ManualTime time = new ManualTime();
    JdbcOccupancyStore store = new JdbcOccupancyStore(database(), "a", time, time);
    for (String name : List.of("left", "told", "occupied")) {
      store.apply(List.of(new OccupancyChange(channel(name), "a", Kind.OCCUPY, 1)));
    }
    store.apply(List.of(new OccupancyChange(channel("left"), "a", Kind.LEAVE, 2)));
    OccupancyChange leave = new OccupancyChange(channel("told"), "a", Kind.LEAVE, 2);
    OccupancyChange reported = new OccupancyChange(channel("told"), "a", Kind.TOLD_VACATED, 2);
    assertEquals(
        Map.of(leave, OccupancyAnswer.VACATED, reported, OccupancyAnswer.NOTHING),
        store.apply(List.of(leave, reported)));
    store.prune();
    assertEquals(3, rows());
    time.advance(Duration.ofMinutes(11));
    store.prune();
    assertEquals(1, rows());
    assertEquals(List.of(channel("occupied")), List.copyOf(store.channelsOf("a", 10)));
  }

  @Test
  void aKnownRenewalIsNotWritten() {
    ManualTime time = new ManualTime();
    JdbcOccupancyStore store = new JdbcOccupancyStore(database(), "a", time, time);
    store.apply(List.of(new OccupancyChange(ORDERS, "a", Kind.OCCUPY, 1)));
    execute("UPDATE broadcasty_occupancy SET changed_at = 17");
    OccupancyChange renewal = new OccupancyChange(ORDERS, "a", Kind.RENEW, 2);
    OccupancyChange ofLost = new OccupancyChange(channel("lost"), "a", Kind.RENEW, 3);
    assertEquals(
        Map.of(renewal, OccupancyAnswer.NOTHING, ofLost, OccupancyAnswer.NOTHING),
        store.apply(List.of(renewal, ofLost)));
    assertEquals(2, rows());
    execute("DELETE FROM broadcasty_occupancy WHERE changed_at = 17");
    assertEquals(1, rows());
  }
}
