package io.broadcasty.cluster.question.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MariaDb;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class MariaDbAnswerStoreTest extends JdbcAnswerStoreTest {

  @Override
  protected Database openDatabase() {
    return Database.open(MariaDb.newDatabase("mariadb"));
  }
}
