package io.broadcasty.control.jdbc;

import io.broadcasty.database.Database;
import io.broadcasty.database.MariaDb;

class MariaDbControlTopicTest extends JdbcControlTopicTest {

  @Override
  protected Database openDatabase() {
    return Database.open(MariaDb.newDatabase("mariadb"));
  }
}
