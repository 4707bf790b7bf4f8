package io.broadcasty.infra.database;

import io.broadcasty.FreePorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL that all tests of this JVM share; stopped with the JVM. */
public final class Postgres {

  private static final AtomicInteger DATABASES = new AtomicInteger();

  private Postgres() {}

  private static final class Server {
    private static final EmbeddedPostgres POSTGRES;

    static {
      try {
        POSTGRES =
            EmbeddedPostgres.builder()
                .setPort(FreePorts.next())
                .setDataDirectory(MemoryDirectory.create("broadcasty-postgres"))
                .setServerConfig("fsync", "off")
                .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Runs statements on the server, outside of the tests' databases. */
  public static void administer(String... statements) {
    try (Connection connection = Server.POSTGRES.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Creates a database with the present schema and no rows, and returns its settings. */
  public static DatabaseSettings newDatabase() {
    return create(" TEMPLATE " + Migrated.NAME);
  }

  /** Creates a database without a schema and returns its settings. */
  static DatabaseSettings newEmptyDatabase() {
    return create("");
  }

  private static DatabaseSettings create(String options) {
    String name = "test" + DATABASES.incrementAndGet();
    administer("CREATE DATABASE " + name + options);
    return new DatabaseSettings(
        "jdbc:postgresql://localhost:" + Server.POSTGRES.getPort() + "/" + name,
        "postgres",
        "postgres",
        8);
  }

  /** A database that is migrated once; copies of it need no migration. */
  private static final class Migrated {
    static final DatabaseSettings SETTINGS = create("");
    static final String NAME = SETTINGS.url().substring(SETTINGS.url().lastIndexOf('/') + 1);

    static {
      Database.open(SETTINGS).close();
    }
  }
}
