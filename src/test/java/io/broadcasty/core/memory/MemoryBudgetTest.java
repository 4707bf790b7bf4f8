package io.broadcasty.core.memory;

import static io.broadcasty.core.memory.MemoryBudget.Grant.GRANTED;
import static io.broadcasty.core.memory.MemoryBudget.Grant.NODE_FULL;
import static io.broadcasty.core.memory.MemoryBudget.Grant.TENANT_FULL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.tenant.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

  private static final TenantId A = new TenantId("a");
  private static final TenantId B = new TenantId("b");
  private static final TenantId C = new TenantId("c");

  private final RecordingListener listener = new RecordingListener();
  private final MemoryBudget budget = new MemoryBudget(MemoryArea.STREAMS, 1000, 60, listener);

  @Test
  void refusesATenantMoreThanItsShare() {
    assertEquals(GRANTED, budget.tryReserve(A, 600));
    assertEquals(TENANT_FULL, budget.tryReserve(A, 1));
    assertEquals(600, budget.usedBytes());
    assertEquals(600, budget.usedBytes(A));
    assertEquals(1, budget.refusedToTenants());
    assertEquals(0, budget.refusedByNode());
  }

  @Test
  void refusesAllTenantsTogetherMoreThanTheLimit() {
    assertEquals(GRANTED, budget.tryReserve(A, 600));
    assertEquals(GRANTED, budget.tryReserve(B, 400));
    assertEquals(NODE_FULL, budget.tryReserve(C, 1));
    assertEquals(0, budget.usedBytes(C));
    assertEquals(1000, budget.usedBytes());
    assertFalse(budget.tryReserve(1));
    assertEquals(2, budget.refusedByNode());
  }

  @Test
  void grantsAgainWhatWasReleased() {
    assertEquals(GRANTED, budget.tryReserve(A, 600));
    budget.release(A, 200);
    assertEquals(400, budget.usedBytes(A));
    assertEquals(GRANTED, budget.tryReserve(A, 200));
    budget.release(A, 600);
    assertEquals(0, budget.usedBytes());
    assertEquals(Optional.empty(), budget.largestTenant());
  }

  @Test
  void namesTheTenantThatUsesMost() {
    budget.tryReserve(A, 100);
    budget.tryReserve(B, 300);
    budget.tryReserve(C, 200);
    assertEquals(Optional.of(B), budget.largestTenant());
  }

  @Test
  void countsBeyondTheLimitWhatCannotBeRefused() {
    budget.reserveAnyway(1000);
    assertFalse(budget.isExceeded());
    budget.reserveAnyway(1);
    assertTrue(budget.isExceeded());
    budget.release(1001);
    assertEquals(0, budget.usedBytes());
  }

  @Test
  void aReservationGrowsAndShrinksWithItsBuffer() {
    try (MemoryReservation first = new MemoryReservation(budget);
        MemoryReservation second = new MemoryReservation(budget)) {
      assertTrue(first.resize(900));
      assertFalse(second.resize(101));
      assertEquals(0, second.bytes());
      assertTrue(first.resize(500));
      assertTrue(second.resize(101));
      assertEquals(601, budget.usedBytes());
      first.close();
    }
    assertEquals(0, budget.usedBytes());
  }

  @Test
  void reportsRefusalsWithTheTenant() {
    assertEquals(GRANTED, budget.tryReserve(A, 600));
    assertEquals(List.of(), listener.take());
    assertEquals(TENANT_FULL, budget.tryReserve(A, 1));
    assertEquals(NODE_FULL, budget.tryReserve(B, 500));
    assertFalse(budget.tryReserve(500));
    assertEquals(
        List.of(
            new LimitReached("memory_streams", A, null, null, null),
            new LimitReached("memory_streams", B, null, null, null),
            new LimitReached("memory_streams", null, null, null, null)),
        listener.take());
  }

  @Test
  void countsExactlyUnderContention() throws Exception {
    MemoryBudget shared = new MemoryBudget(MemoryArea.STREAMS, 500, 50);
    AtomicLong highest = new AtomicLong();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (TenantId tenant : List.of(A, B, C, A)) {
        tasks.add(() -> reserveAndRelease(shared, tenant, highest));
      }
      for (Future<Integer> task : threads.invokeAll(tasks)) {
        assertTrue(task.get() > 0, "a tenant was never granted anything");
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(0, shared.usedBytes());
    for (TenantId tenant : List.of(A, B, C)) {
      assertEquals(0, shared.usedBytes(tenant));
    }
    assertTrue(highest.get() <= shared.tenantLimitBytes(), "a tenant had " + highest);
  }

  private static int reserveAndRelease(MemoryBudget shared, TenantId tenant, AtomicLong highest) {
    int granted = 0;
    for (int i = 1; i <= 20_000; i++) {
      int bytes = i % 40 + 1;
      if (shared.tryReserve(tenant, bytes) == GRANTED) {
        granted++;
        highest.accumulateAndGet(shared.usedBytes(tenant), Math::max);
        shared.release(tenant, bytes);
      }
    }
    return granted;
  }
}
