package io.broadcasty.admin.privacy.jdbc;

import io.broadcasty.admin.privacy.PrivacyJobs;
import io.broadcasty.admin.privacy.PrivacyJobsContract;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Transactions;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract on H2; a subclass for each other database. */
class JdbcPrivacyJobsTest extends PrivacyJobsContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("privacy"), "sa", null, 6));
  }

  @BeforeEach
  void openStore() {
    database = openDatabase();
  }

  @AfterEach
  void closeStore() {
    database.close();
  }

  @Override
  protected PrivacyJobs open() {
    return new JdbcPrivacyJobs(database);
  }

  @Override
  protected long nowMillis() {
    return database.clock().nowMillis();
  }

  @Override
  protected void passLeases() {
    try {
      var unused =
          new Transactions(database)
              .write(
                  connection -> {
                    try (Statement update = connection.createStatement()) {
                      return update.executeUpdate(
                          "UPDATE broadcasty_privacy_jobs SET lease_until = lease_until - 61000,"
                              + " not_before = not_before - 61000 WHERE finished_at = 0");
                    }
                  });
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
