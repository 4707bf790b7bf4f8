package io.broadcasty.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.ratelimit.ConnectionLimiter.Permit;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TestTenantSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contract of {@link ConnectionLimiter}. */
public abstract class ConnectionLimiterContract {

  protected static final String NODE = "n1";
  protected static final int PER_TENANT = 5;
  protected static final int PER_USER = 2;
  private static final int USERS = 4;
  protected static final TenantId ACME = new TenantId("acme");
  protected static final TenantId OTHER = new TenantId("other");

  /** The settings of the limiter under test. */
  protected final TestTenantSettings tenants =
      new TestTenantSettings()
          .all(all -> all.maxConnections(PER_TENANT).maxConnectionsPerUser(PER_USER));

  /** Returns the limiter under test, on the node {@link #NODE}; the same throughout a test. */
  protected abstract ConnectionLimiter limiter();

  protected final Permit acquire(String user) {
    return Objects.requireNonNull(limiter().tryAcquire(ACME, user), user);
  }

  @Test
  void aUserIsLimited() {
    acquire("ann");
    assertTrue(limiter().hasCapacity(ACME, "ann"));
    Permit second = acquire("ann");
    assertFalse(limiter().hasCapacity(ACME, "ann"));
    assertNull(limiter().tryAcquire(ACME, "ann"));
    assertNotNull(limiter().tryAcquire(OTHER, "ann"), "of another tenant");
    second.close();
    assertNotNull(limiter().tryAcquire(ACME, "ann"));
  }

  @Test
  void aTenantIsLimitedAcrossItsUsers() {
    for (int i = 0; i < PER_TENANT; i++) {
      acquire("user" + i);
    }
    assertFalse(limiter().hasCapacity(ACME, "ann"));
    assertNull(limiter().tryAcquire(ACME, "ann"));
    assertEquals(Map.of(NODE, PER_TENANT), limiter().connections(ACME));
    assertEquals(Map.of(), limiter().connections(OTHER));
  }

  @Test
  void aPermitIsReleasedOnce() {
    Permit first = acquire("ann");
    acquire("ann");
    first.close();
    first.close();
    assertEquals(Map.of(NODE, 1), limiter().connections(ACME));
    acquire("ann");
    assertNull(limiter().tryAcquire(ACME, "ann"));
  }

  @Test
  void aRefusalTakesNothing() {
    acquire("ann");
    acquire("ann");
    for (int i = 0; i < 10; i++) {
      assertNull(limiter().tryAcquire(ACME, "ann"));
    }
    assertEquals(Map.of(NODE, 2), limiter().connections(ACME));
    acquire("bob");
    acquire("bob");
    acquire("eve");
  }

  @Test
  void aTenantsOwnLimitsAreItsAlone() {
    tenants.set(OTHER, other -> other.maxConnections(2).maxConnectionsPerUser(1));
    assertNotNull(limiter().tryAcquire(OTHER, "ann"));
    assertFalse(limiter().hasCapacity(OTHER, "ann"));
    assertNull(limiter().tryAcquire(OTHER, "ann"));
    assertNotNull(limiter().tryAcquire(OTHER, "bob"));
    assertNull(limiter().tryAcquire(OTHER, "eve"));
    acquire("ann");
    acquire("ann");
    assertNull(limiter().tryAcquire(ACME, "ann"));
  }

  @Test
  void aChangedLimitAppliesAtOnceAndEndsNoConnection() {
    acquire("ann");
    Permit second = acquire("ann");
    tenants.set(ACME, acme -> acme.maxConnectionsPerUser(3));
    acquire("ann");
    assertNull(limiter().tryAcquire(ACME, "ann"));
    tenants.set(ACME, acme -> acme.maxConnections(2));
    assertEquals(Map.of(NODE, 3), limiter().connections(ACME));
    assertFalse(limiter().hasCapacity(ACME, "bob"));
    second.close();
    assertNull(limiter().tryAcquire(ACME, "bob"), "there are still two");
    tenants.remove(ACME);
    assertNotNull(limiter().tryAcquire(ACME, "bob"));
  }

  @Test
  void concurrentRequestsGetExactlyTheAvailablePermits() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(USERS);
    try {
      for (int round = 0; round < 20; round++) {
        List<Permit> permits = acquireConcurrently(executor);
        assertEquals(PER_TENANT, permits.size(), "in round " + round);
        permits.forEach(Permit::close);
      }
    } finally {
      executor.shutdownNow();
    }
  }

  /** Requests more permits for each user than its limit. */
  private List<Permit> acquireConcurrently(ExecutorService executor) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<List<Permit>>> users = new ArrayList<>();
    for (int u = 0; u < USERS; u++) {
      String user = "user" + u;
      users.add(
          executor.submit(
              () -> {
                assertTrue(start.await(10, TimeUnit.SECONDS));
                return Stream.generate(() -> limiter().tryAcquire(ACME, user))
                    .limit(20)
                    .filter(Objects::nonNull)
                    .toList();
              }));
    }
    start.countDown();
    List<Permit> permits = new ArrayList<>();
    for (Future<List<Permit>> one : users) {
      permits.addAll(one.get(30, TimeUnit.SECONDS));
    }
    return permits;
  }
}
