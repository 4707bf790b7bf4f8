package io.broadcasty.infra.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests who can read an embedded database: nobody else on the machine, and nobody by default. */
class EmbeddedH2Test {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private Path directory() {
    return dir.resolve("node").resolve("data");
  }

  private Path file(String suffix) {
    return directory().resolve("broadcasty" + suffix);
  }

  private DatabaseSettings settings(String user, @Nullable String password) {
    return new DatabaseSettings("jdbc:h2:file:" + file(""), user, password, 2);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void write(Database database) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO broadcasty_store VALUES (7, 'kept', 0)");
    }
  }

  private static String read(Database database) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT epoch FROM broadcasty_store")) {
      return rows.next() ? rows.getString(1) : "nothing";
    }
  }

  /** Creates a database as releases before this one did. */
  private void createWithoutPassword(String user) throws Exception {
    Files.createDirectories(directory());
    Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwxr-xr-x"));
    try (Database database = Database.open(settings(user, null))) {
      write(database);
    }
    Files.setPosixFilePermissions(file(".mv.db"), PosixFilePermissions.fromString("rw-r--r--"));
  }

  private void assertOpensOnlyWithThePasswordOfTheFile(String user) throws Exception {
    String password = Files.readString(file(".password"));
    assertTrue(password.length() >= 32, "it cannot be guessed");
    for (String wrong : List.of("", "guess")) {
      assertThrows(DatabaseException.class, () -> Database.open(settings(user, wrong)).close());
    }
    Database.open(settings(user, password)).close();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void onlyTheOwnerMayReadANewDatabase() throws Exception {
    try (Database database = EmbeddedH2.open(settings("", null))) {
      write(database);
      assertEquals("rwx------", mode(dir.resolve("node")));
      assertEquals("rwx------", mode(directory()));
      assertEquals("rw-------", mode(file(".mv.db")));
      assertEquals("rw-------", mode(file(".password")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "broadcasty"})
  void aNewDatabaseGetsAPassword(String user) throws Exception {
    try (Database database = EmbeddedH2.open(settings(user, null))) {
      write(database);
    }
    assertOpensOnlyWithThePasswordOfTheFile(user);
    try (Database again = EmbeddedH2.open(settings(user, null))) {
      assertEquals("kept", read(again));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sa"})
  @DisabledOnOs(OS.WINDOWS)
  void aDatabaseWithoutAPasswordIsGivenOneAndKeepsItsData(String user) throws Exception {
    createWithoutPassword(user);
    try (Database database = EmbeddedH2.open(settings(user, null))) {
      assertEquals("kept", read(database));
      assertEquals("rwx------", mode(directory()));
      assertEquals("rw-------", mode(file(".mv.db")));
      assertEquals("rw-------", mode(file(".password")));
    }
    assertOpensOnlyWithThePasswordOfTheFile(user);
    try (Database again = EmbeddedH2.open(settings(user, null))) {
      assertEquals("kept", read(again));
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void anUpgradeThatWasInterruptedIsCompleted() throws Exception {
    createWithoutPassword("");
    Files.writeString(file(".password"), "written-but-not-set-before-the-end\n");
    try (Database database = EmbeddedH2.open(settings("", null))) {
      assertEquals("kept", read(database));
    }
    assertEquals("written-but-not-set-before-the-end", Files.readString(file(".password")));
    assertOpensOnlyWithThePasswordOfTheFile("");
  }

  @Test
  void aLostPasswordIsReportedAndNoOtherIsWritten() throws Exception {
    EmbeddedH2.open(settings("", null)).close();
    Files.delete(file(".password"));
    DatabaseException lost =
        assertThrows(DatabaseException.class, () -> EmbeddedH2.open(settings("", null)).close());
    assertTrue(lost.reason().contains(file(".password").toString()), lost.reason());
    assertFalse(Files.exists(file(".password")));
  }

  @Test
  void aConfiguredPasswordIsUsed() throws Exception {
    EmbeddedH2.open(settings("sa", "configured")).close();
    assertFalse(Files.exists(file(".password")));
    Database.open(settings("sa", "configured")).close();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aDirectoryWithFilesOfOthersKeepsItsMode() throws Exception {
    createWithoutPassword("");
    Files.writeString(directory().resolve("notes.txt"), "of somebody else");
    EmbeddedH2.open(settings("", null)).close();
    assertEquals("rwxr-xr-x", mode(directory()));
    assertEquals("rw-------", mode(file(".mv.db")));
    assertNotEquals("rw-------", mode(directory().resolve("notes.txt")));
  }

  @Test
  void knowsTheFileOfAnEmbeddedDatabase() {
    assertEquals(Path.of("/a/b"), EmbeddedH2.file("jdbc:h2:file:/a/b;DB_CLOSE_ON_EXIT=FALSE"));
    assertEquals(Path.of("/a/b"), EmbeddedH2.file("jdbc:h2:/a/b"));
    assertEquals(Path.of("./b"), EmbeddedH2.file("jdbc:h2:./b"));
    assertEquals(
        Path.of(System.getProperty("user.home"), "b"), EmbeddedH2.file("jdbc:h2:file:~/b"));
    for (String other :
        List.of(
            "jdbc:h2:mem:x",
            "jdbc:h2:mem:",
            "jdbc:h2:tcp://host/b",
            "jdbc:h2:ssl://host/b",
            "jdbc:h2:zip:/a.zip!/b",
            "jdbc:postgresql://host/b")) {
      assertNull(EmbeddedH2.file(other), other);
    }
  }
}
