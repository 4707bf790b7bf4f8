package io.broadcasty.cluster.control.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MariaDb;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class MariaDbControlTopicTest extends JdbcControlTopicTest {

  @Override
  protected Database openDatabase() {
    return Database.open(MariaDb.newDatabase("mariadb"));
  }
}
