package io.broadcasty.infra.database;

import io.broadcasty.core.file.OwnerOnlyFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens an H2 database that lives in a file of this machine, so that only the user of this process
 * can read it: the directory has mode 0700, files have mode 0600, and without a configured password
 * a generated one is kept beside the database in {@code {database}.password}.
 *
 * <p>A database that an earlier release created without a password is given one when it is opened.
 * The file is written before the database is changed, so that an interrupted start is completed by
 * the next one.
 */
public final class EmbeddedH2 {

  private static final System.Logger LOG = System.getLogger(EmbeddedH2.class.getName());
  private static final String SCHEME = "jdbc:h2:";
  private static final String DATABASE = ".mv.db";
  private static final String PASSWORD = ".password";
  private static final int PASSWORD_BYTES = 32;

  /** The SQLSTATE of a wrong user name or password. */
  private static final String REFUSED = "28000";

  private final DatabaseSettings settings;
  private final Path directory;
  private final String name;

  private EmbeddedH2(DatabaseSettings settings, Path base, Path directory) {
    this.settings = settings;
    this.directory = directory;
    this.name = String.valueOf(base.getFileName());
  }

  /**
   * Opens the database of any URL, as {@link Database#open} does, and protects it if it is an H2 in
   * a file.
   *
   * @throws DatabaseException as {@link Database#open}, and when the generated password is lost
   */
  public static Database open(DatabaseSettings settings) {
    Path base = file(settings.url());
    Path directory = base == null ? null : base.toAbsolutePath().getParent();
    if (base == null || directory == null) {
      return Database.open(settings);
    }
    try {
      return new EmbeddedH2(settings, base, directory).open();
    } catch (IOException e) {
      throw new DatabaseException("the directory of the database cannot be prepared", e);
    }
  }

  /**
   * Opens the database of any URL as it is, for those who examine it.
   *
   * @return null when it is an H2 in a file that does not exist yet
   * @throws DatabaseException when it cannot be reached; an H2 is used by one process at a time
   */
  public static @Nullable Database openUnchanged(DatabaseSettings settings) {
    Path base = file(settings.url());
    if (base == null) {
      return Database.openUnchanged(settings);
    }
    if (!Files.exists(Path.of(base + DATABASE))) {
      return null;
    }
    Path password = Path.of(base + PASSWORD);
    try {
      return Database.openUnchanged(
          settings.password() == null && Files.exists(password)
              ? settings.withPassword(Files.readString(password).strip())
              : settings);
    } catch (IOException e) {
      throw new DatabaseException("the password of the database cannot be read", e);
    }
  }

  private Database open() throws IOException {
    OwnerOnlyFiles.createDirectories(directory);
    boolean existed = Files.exists(directory.resolve(name + DATABASE));
    if (!existed && !isOption("IFEXISTS=TRUE")) {
      OwnerOnlyFiles.createIfMissing(directory.resolve(name + DATABASE)); // H2 would use the umask
    }
    restrictExisting();
    return settings.password() != null || isOption("PASSWORD=") || isOption("CIPHER=")
        ? Database.open(settings)
        : openWithGeneratedPassword(existed);
  }

  private Database openWithGeneratedPassword(boolean existed) throws IOException {
    Path file = directory.resolve(name + PASSWORD);
    if (!Files.exists(file)) {
      if (existed) {
        return openWithoutPassword(file, newPassword());
      }
      OwnerOnlyFiles.write(file, newPassword());
    }
    String password = Files.readString(file).strip();
    try {
      return Database.open(settings.withPassword(password));
    } catch (DatabaseException e) {
      if (existed && isRefused(e)) {
        return openWithoutPassword(file, password); // an interrupted start wrote the file only
      }
      throw e;
    }
  }

  /** Opens a database that has no password yet, and gives it this one. */
  private Database openWithoutPassword(Path file, String password) throws IOException {
    try (Connection connection = connectWithoutPassword();
        Statement statement = connection.createStatement()) {
      OwnerOnlyFiles.write(file, password);
      statement.execute("SET PASSWORD '" + password + "'");
    } catch (SQLException e) {
      throw new DatabaseException(
          REFUSED.equals(e.getSQLState())
              ? "the password of the embedded database is not in "
                  + file
                  + "; restore this file, or configure the password"
              : "the embedded database cannot be given a password",
          e);
    }
    LOG.log(Level.INFO, "The embedded database now has a password, which is kept in " + file);
    return Database.open(settings.withPassword(password));
  }

  private Connection connectWithoutPassword() throws SQLException {
    Properties user = new Properties();
    user.setProperty("user", settings.user());
    user.setProperty("password", "");
    try {
      Driver driver =
          Class.forName(Dialect.driverFor(settings.url()), true, EmbeddedH2.class.getClassLoader())
              .asSubclass(Driver.class)
              .getDeclaredConstructor()
              .newInstance();
      return driver.connect(settings.url(), user);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the WAR lacks the driver of H2", e);
    }
  }

  private static String newPassword() {
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  private static boolean isRefused(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && REFUSED.equals(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }

  /** Sets the modes of what an earlier release, or H2 itself, created by the umask. */
  private void restrictExisting() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.toList();
    }
    for (Path file : files) {
      if (isOurs(file) && Files.isRegularFile(file)) {
        restrict(() -> OwnerOnlyFiles.restrict(file), file);
      }
    }
    if (OwnerOnlyFiles.isOpenToOthers(directory)) {
      if (files.stream().allMatch(this::isOurs)) {
        restrict(() -> OwnerOnlyFiles.restrictDirectory(directory), directory);
      } else {
        LOG.log(
            Level.WARNING,
            "Other users of this machine can list the directory of the database, "
                + directory
                + "; if it holds nothing for them, `chmod 700` it");
      }
    }
  }

  private boolean isOurs(Path file) {
    String other = String.valueOf(file.getFileName());
    return other.startsWith(name + ".") || other.equals("dev-key.jwk");
  }

  private static void restrict(ModeChange change, Path path) {
    try {
      change.apply();
    } catch (IOException | UncheckedIOException e) {
      LOG.log(Level.WARNING, "Cannot keep other users of this machine from reading " + path, e);
    }
  }

  private interface ModeChange {
    void apply() throws IOException;
  }

  private boolean isOption(String option) {
    return settings.url().toUpperCase(Locale.ROOT).contains(";" + option);
  }

  /** Returns the file of an H2 in this process without its suffix; null for any other database. */
  static @Nullable Path file(String url) {
    if (!url.startsWith(SCHEME)) {
      return null;
    }
    String path = url.substring(SCHEME.length()).split(";", 2)[0];
    if (path.startsWith("file:")) {
      path = path.substring("file:".length());
    }
    if (path.startsWith("~/")) {
      path = System.getProperty("user.home") + path.substring(1);
    }
    boolean otherKind = path.matches("[A-Za-z]{2,}:.*"); // mem:, tcp:, split:, but C:
    return otherKind || path.isBlank() ? null : Path.of(path);
  }
}
