package io.broadcasty.cluster.nodes.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.UnreachableDataSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests node leases with short intervals on H2; a subclass for each other database. */
class NodeLeasesTest {

  private static final Duration BEAT = Duration.ofMillis(100);
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  private final List<Member> members = new ArrayList<>();

  private final class Member implements NodeRegistry.Listener {
    private final UnreachableDataSource gate = new UnreachableDataSource(database.dataSource());
    private final List<String> deadNodes = new CopyOnWriteArrayList<>();
    private final AtomicInteger forgotten = new AtomicInteger();
    private final NodeLeases leases;
    private final AtomicInteger failures = new AtomicInteger();

    Member(String name) {
      leases =
          new NodeLeases(
              Database.using(gate),
              name,
              BEAT,
              LEASE,
              Ticker.system(),
              this,
              new BackgroundLoops(Ticker.system()));
      members.add(this);
      await("the start", () -> forgotten.get() == 1);
    }

    @Override
    public void onGone(String node) {
      deadNodes.add(node);
      if (failures.getAndDecrement() > 0) {
        throw new IllegalStateException("scripted: it cannot be forgotten now");
      }
    }

    @Override
    public void onSelfExpired() {
      forgotten.incrementAndGet();
    }
  }

  /** Opens an empty database. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("nodes"), "sa", null, 12));
  }

  @BeforeEach
  void open() {
    database = openDatabase();
  }

  @AfterEach
  void end() {
    members.forEach(member -> member.leases.close());
    database.close();
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  @Test
  void aDeadNodeIsReportedOnce() {
    Member one = new Member("one");
    Member two = new Member("two");
    two.gate.makeUnreachable();
    await("the end", () -> one.deadNodes.equals(List.of("two")));
    LockSupport.parkNanos(LEASE.multipliedBy(2).toNanos());
    assertEquals(List.of("two"), one.deadNodes);
    assertEquals(List.of(), two.deadNodes);
    assertEquals(1, one.forgotten.get());

    two.gate.makeReachable(); // the node is alive after all
    await("its return", () -> two.forgotten.get() >= 2);
    two.gate.makeUnreachable();
    await("its second end", () -> one.deadNodes.equals(List.of("two", "two")));
    two.gate.makeReachable();
  }

  @Test
  void removingADeadNodeIsRetried() {
    Member one = new Member("one");
    Member two = new Member("two");
    one.failures.set(2);
    two.gate.makeUnreachable();
    await("the end", () -> one.deadNodes.equals(List.of("two", "two", "two")));
    two.gate.makeReachable();
  }

  @Test
  void aNodeThatSignsOffIsNotReported() {
    Member one = new Member("one");
    Member two = new Member("two");
    two.leases.close();
    LockSupport.parkNanos(LEASE.multipliedBy(2).toNanos());
    assertEquals(List.of(), one.deadNodes);
  }

  @Test
  void aNodeThatCouldNotReadConsidersNoOtherDead() {
    Member one = new Member("one");
    Member two = new Member("two");
    one.gate.makeUnreachable();
    two.gate.makeUnreachable();
    LockSupport.parkNanos(LEASE.multipliedBy(2).toNanos());
    one.gate.makeReachable();
    await("the return", () -> one.forgotten.get() >= 2);
    two.gate.makeReachable();
    await("the return", () -> two.forgotten.get() >= 2);
    LockSupport.parkNanos(LEASE.toNanos());
    assertEquals(List.of(), one.deadNodes);
    assertEquals(List.of(), two.deadNodes);
  }
}
