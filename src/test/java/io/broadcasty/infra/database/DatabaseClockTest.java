package io.broadcasty.infra.database;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the clocks of all databases, read by nodes in several time zones. */
@Tag("stores")
class DatabaseClockTest {

  private static final long TOLERANCE_MILLIS = 5000;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final TimeZone before = TimeZone.getDefault();

  @AfterEach
  void restore() {
    TimeZone.setDefault(before);
  }

  @Test
  void h2ShowsTheTimeInEveryZone() {
    shows(new DatabaseSettings("jdbc:h2:file:" + dir.resolve("clock"), "sa", null, 4));
  }

  @Test
  void postgresShowsTheTimeInEveryZone() {
    shows(Postgres.newDatabase());
  }

  @Test
  void mariaDbShowsTheTimeInEveryZone() {
    shows(MariaDb.newDatabase("mariadb"));
  }

  @Test
  void mySqlDialectShowsTheTimeInEveryZone() {
    shows(MariaDb.newDatabase("mysql"));
  }

  private static void shows(DatabaseSettings settings) {
    for (String zone : new String[] {"UTC", "Asia/Kathmandu", "America/St_Johns"}) {
      TimeZone.setDefault(TimeZone.getTimeZone(zone));
      try (Database database = Database.open(settings)) {
        long wrong = database.clock().nowMillis() - System.currentTimeMillis();
        assertTrue(Math.abs(wrong) < TOLERANCE_MILLIS, zone + ": " + wrong);
        database.clock().refresh();
      }
    }
  }
}
