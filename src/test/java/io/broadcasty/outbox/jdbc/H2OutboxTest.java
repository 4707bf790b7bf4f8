package io.broadcasty.outbox.jdbc;

import io.broadcasty.infra.database.ApplicationPool;
import io.broadcasty.outbox.OutboxApplication;
import io.broadcasty.outbox.OutboxContract;
import io.broadcasty.outbox.OutboxTable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.io.TempDir;

/** Reads an outbox in H2; a subclass for each other database. */
class H2OutboxTest extends OutboxContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @Override
  protected OutboxApplication.Address database() {
    return new OutboxApplication.Address(
        "jdbc:h2:file:" + dir.resolve("shop") + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000",
        "sa",
        "secret");
  }

  @Override
  protected OutboxTable open(OutboxApplication.Address address) {
    ApplicationPool pool =
        new ApplicationPool("test", address.url(), address.user(), address.password());
    return new JdbcOutboxTable(
        new OutboxConnections() {
          @Override
          public Connection open() throws SQLException {
            return pool.getConnection();
          }

          @Override
          public boolean mayKeepOne() {
            return true;
          }

          @Override
          public void close() {
            pool.close();
          }
        });
  }
}
