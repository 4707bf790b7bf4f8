package io.broadcasty.infra.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests leader locks in a data source of a server, which may keep its callers waiting. */
@Tag("stores")
class JdbcLeaderLocksSilenceTest {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final DatabaseLimits LIMITS =
      new DatabaseLimits(
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10));

  @Test
  void aDataSourceThatHangsIsLeftBehind() {
    CountDownLatch hanging = new CountDownLatch(1);
    AtomicBoolean hang = new AtomicBoolean();
    List<String> done = new CopyOnWriteArrayList<>();
    try (Database pool = Database.open(Postgres.newDatabase());
        Database external =
            Database.using(
                new DataSourceWrapper(pool.dataSource()) {
                  @Override
                  public Connection getConnection() throws SQLException {
                    awaitUnless(hang, hanging);
                    return real.getConnection();
                  }
                },
                LIMITS,
                Thread::new)) {
      JdbcLeaderLocks locks = new JdbcLeaderLocks(external);
      hang.set(true);
      long start = System.nanoTime();
      assertThrows(
          DatabaseException.class,
          () -> locks.runIfAcquired("prune", LONG, Duration.ZERO, () -> done.add("too late")));
      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10), "it has waited");
      hang.set(false);
      locks.runIfAcquired("prune", LONG, Duration.ZERO, () -> done.add("afterwards"));
      hanging.countDown();
      assertEquals(List.of("afterwards"), done);
    }
  }

  /** The call that was left behind goes on, and acquires the lock for a task that nobody runs. */
  @Test
  void aLockThatIsAcquiredTooLateIsReleased() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch acquired = new CountDownLatch(1);
    AtomicBoolean hang = new AtomicBoolean();
    List<String> done = new CopyOnWriteArrayList<>();
    try (Database pool = Database.open(Postgres.newDatabase());
        Database external =
            Database.using(
                new DataSourceWrapper(pool.dataSource()) {
                  @Override
                  public Connection getConnection() throws SQLException {
                    awaitUnless(hang, hanging);
                    return real.getConnection();
                  }
                },
                LIMITS,
                task ->
                    new Thread(
                        () -> {
                          task.run();
                          acquired.countDown();
                        }))) {
      JdbcLeaderLocks locks = new JdbcLeaderLocks(external);
      hang.set(true);
      assertThrows(
          DatabaseException.class,
          () -> locks.runIfAcquired("prune", LONG, LONG, () -> done.add("too late")));
      hang.set(false);
      hanging.countDown();
      assertTrue(acquired.await(30, TimeUnit.SECONDS), "the call has not ended");
      new JdbcLeaderLocks(pool)
          .runIfAcquired("prune", LONG, Duration.ZERO, () -> done.add("another node"));
      assertEquals(List.of("another node"), done);
    }
  }

  private static void awaitUnless(AtomicBoolean hang, CountDownLatch end) throws SQLException {
    try {
      if (hang.get() && !end.await(20, TimeUnit.SECONDS)) {
        throw new SQLException("nobody has ended the wait");
      }
    } catch (InterruptedException e) {
      throw new SQLException(e);
    }
  }
}
