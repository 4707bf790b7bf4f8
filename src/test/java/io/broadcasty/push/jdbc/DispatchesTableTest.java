package io.broadcasty.push.jdbc;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.jdbc.DispatchesTable.Due;
import io.broadcasty.push.queue.DispatchState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests that due dispatches are found without reading thousands of finished ones. */
class DispatchesTableTest {

  private static final int FINISHED = 2000;
  private static final int WAITING = 5;
  private static final long NOW = 1000;
  private static final Pattern READ = Pattern.compile("scanCount: (\\d+)");

  private final Database database =
      Database.open(new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "sa", null, 2));

  @AfterEach
  void close() {
    database.close();
  }

  @BeforeEach
  void fill() throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement finish = connection.createStatement()) {
      DispatchesTable.insert(connection, ACME, 1, recipients(FINISHED), NOW, NOW + 1000);
      finish.executeUpdate(
          "UPDATE broadcasty_push_dispatches SET due_at = NULL, turn_of = NULL, state = "
              + DispatchState.ACCEPTED.code());
      DispatchesTable.insert(connection, ACME, 2, recipients(WAITING), NOW, NOW + 1000);
      connection.commit();
    }
  }

  private static List<Recipient> recipients(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Recipient("device-" + i, "ann", SamplePushServices.FCM))
        .toList();
  }

  /** Returns how many rows H2 reads for a statement. */
  private int read(String sql, Object... arguments) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement explain = connection.prepareStatement("EXPLAIN ANALYZE " + sql)) {
      for (int i = 0; i < arguments.length; i++) {
        explain.setObject(i + 1, arguments[i]);
      }
      try (ResultSet row = explain.executeQuery()) {
        assertTrue(row.next());
        return READ.matcher(row.getString(1))
            .results()
            .mapToInt(each -> Integer.parseInt(each.group(1)))
            .sum();
      }
    }
  }

  private static void isLittle(int read) {
    assertTrue(read > 0 && read <= 4 * WAITING, read + " rows were read");
  }

  @Test
  void findsDueDispatches() throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      List<Due> due = DispatchesTable.findDue(connection, SamplePushServices.FCM, NOW, 100, false);
      assertEquals(WAITING, due.size());
    }
    isLittle(read(DispatchesTable.DUE, "fcm", NOW, 100));
  }

  @Test
  void findsDueDispatchesOfATenant() throws SQLException {
    isLittle(read(DispatchesTable.DUE_OF, "fcm", "acme", NOW, 100));
    isLittle(read(DueDispatches.NEXT_TURN, "fcm", ""));
    isLittle(read(DueDispatches.NEXT_TURN, "fcm", "acme"));
  }

  @Test
  void countsUnfinishedDispatches() throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      assertEquals(
          WAITING, DispatchesTable.countUnfinished(connection, SamplePushServices.FCM, 100));
    }
    isLittle(read(DispatchesTable.UNFINISHED, "fcm", 100));
    isLittle(read(DispatchesTable.UNFINISHED_OF, "fcm", "acme", 100));
  }

  @Test
  void findsExpiredDispatches() throws SQLException {
    int expired = DispatchState.EXPIRED.code();
    isLittle(read(DispatchesTable.EXPIRE, expired, "late", NOW, "fcm", NOW + 1000, NOW + 1000));
    try (Connection connection = database.dataSource().getConnection()) {
      assertEquals(0, DispatchesTable.countUnfinished(connection, SamplePushServices.FCM, 100));
    }
  }
}
