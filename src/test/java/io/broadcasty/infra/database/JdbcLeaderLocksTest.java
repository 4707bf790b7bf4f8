package io.broadcasty.infra.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the leader locks of nodes that share a database, and the pruning of the audit log. */
class JdbcLeaderLocksTest {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration NO_MINIMUM = Duration.ZERO;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  private final List<String> done = new ArrayList<>();

  @BeforeEach
  void open() {
    database =
        Database.open(new DatabaseSettings("jdbc:h2:file:" + dir.resolve("turns"), "sa", null, 4));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void oneNodeRunsTheTaskWhileOthersDoNot() {
    JdbcLeaderLocks one = new JdbcLeaderLocks(database);
    JdbcLeaderLocks two = new JdbcLeaderLocks(database);
    one.runIfAcquired(
        "prune",
        LONG,
        NO_MINIMUM,
        () -> {
          done.add("one");
          two.runIfAcquired("prune", LONG, NO_MINIMUM, () -> done.add("two, too early"));
          two.runIfAcquired("scan", LONG, NO_MINIMUM, () -> done.add("two, another task"));
        });
    two.runIfAcquired("prune", LONG, NO_MINIMUM, () -> done.add("two"));
    assertEquals(List.of("one", "two, another task", "two"), done);
  }

  @Test
  void aTaskThatHasJustRunDoesNotRunAgain() {
    new JdbcLeaderLocks(database)
        .runIfAcquired("prune", LONG, Duration.ofMinutes(5), () -> done.add("one"));
    new JdbcLeaderLocks(database)
        .runIfAcquired("prune", LONG, Duration.ofMinutes(5), () -> done.add("two"));
    assertEquals(List.of("one"), done);
  }

  @Test
  void aFailureReleasesTheLock() {
    JdbcLeaderLocks locks = new JdbcLeaderLocks(database);
    assertThrows(
        IllegalStateException.class,
        () ->
            locks.runIfAcquired(
                "prune",
                LONG,
                NO_MINIMUM,
                () -> {
                  throw new IllegalStateException("broken");
                }));
    locks.runIfAcquired("prune", LONG, NO_MINIMUM, () -> done.add("again"));
    assertEquals(List.of("again"), done);
  }

  @Test
  void withoutTheDatabaseNoNodeRunsTheTask() {
    JdbcLeaderLocks locks = new JdbcLeaderLocks(database);
    locks.runIfAcquired("prune", LONG, NO_MINIMUM, () -> done.add("before"));
    database.close();
    assertThrows(
        DatabaseException.class,
        () -> locks.runIfAcquired("prune", LONG, NO_MINIMUM, () -> done.add("without")));
    assertEquals(List.of("before"), done);
  }

  /** The database may have locked before the connection broke. */
  @Test
  void aLockWhoseAnswerWasLostIsReleased() {
    AtomicBoolean lose = new AtomicBoolean();
    try (Database external = Database.using(losing(lose))) {
      JdbcLeaderLocks one = new JdbcLeaderLocks(external);
      one.runIfAcquired("prune", LONG, NO_MINIMUM, () -> done.add("before"));
      lose.set(true);
      assertThrows(
          DatabaseException.class,
          () -> one.runIfAcquired("prune", LONG, LONG, () -> done.add("unanswered")));
      new JdbcLeaderLocks(database)
          .runIfAcquired("prune", LONG, NO_MINIMUM, () -> done.add("two, too early"));
      one.runIfAcquired("scan", LONG, NO_MINIMUM, () -> done.add("another task"));
      one.runIfAcquired("prune", LONG, NO_MINIMUM, () -> done.add("again"));
    }
    assertEquals(List.of("before", "another task", "again"), done);
  }

  @Test
  void aLockThatAnotherNodeHasAcquiredSinceIsKept() {
    AtomicBoolean lose = new AtomicBoolean();
    try (Database external = Database.using(losing(lose))) {
      JdbcLeaderLocks one = new JdbcLeaderLocks(external);
      JdbcLeaderLocks two = new JdbcLeaderLocks(database);
      two.runIfAcquired(
          "prune",
          LONG,
          NO_MINIMUM,
          () -> {
            lose.set(true);
            assertThrows(
                DatabaseException.class,
                () -> one.runIfAcquired("prune", LONG, NO_MINIMUM, () -> done.add("unanswered")));
            one.runIfAcquired("prune", LONG, NO_MINIMUM, () -> done.add("one, too early"));
            done.add("two");
          });
    }
    assertEquals(List.of("two"), done);
  }

  /** Returns a data source that loses the answer to the next update of a lock. */
  private DataSource losing(AtomicBoolean lose) {
    return new DataSourceWrapper(database.dataSource()) {
      @Override
      public Connection getConnection() throws SQLException {
        Connection connection = real.getConnection();
        return proxy(
            Connection.class,
            (method, arguments) -> {
              Object result = method.invoke(connection, arguments);
              if (result instanceof PreparedStatement statement
                  && String.valueOf(Objects.requireNonNull(arguments)[0])
                      .startsWith("UPDATE broadcasty_locks")) {
                return proxy(
                    PreparedStatement.class,
                    (inner, values) -> {
                      Object count = inner.invoke(statement, values);
                      if (inner.getName().equals("executeUpdate") && lose.getAndSet(false)) {
                        throw new SQLException("scripted: the answer is lost", "08006");
                      }
                      return count;
                    });
              }
              return result;
            });
      }
    };
  }

  private interface Call {
    @Nullable Object of(Method method, Object @Nullable [] arguments)
        throws SQLException, ReflectiveOperationException;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call.of(method, arguments)));
  }

  @Test
  void theAuditLogIsPruned() throws SQLException {
    for (int hour = 0; hour < 50; hour++) {
      write("acme", hour * 3_600_000L);
      write("other", hour * 3_600_000L + 1);
    }
    new AuditLogRetention(database).prune(40 * 3_600_000L);
    assertEquals(20, count());
    new AuditLogRetention(database).prune(0);
    assertEquals(20, count());
    new AuditLogRetention(database).prune(Long.MAX_VALUE);
    assertEquals(0, count());
  }

  private void write(String tenant, long atMillis) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO broadcasty_audit_logs (tenant_id, action, created_at)"
                    + " VALUES (?, 'publish', ?)")) {
      insert.setString(1, tenant);
      insert.setLong(2, atMillis);
      insert.executeUpdate();
    }
  }

  private int count() throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT COUNT(*) FROM broadcasty_audit_logs");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }
}
