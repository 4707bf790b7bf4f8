package io.broadcasty.infra.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests calls that are left behind when they hang. */
class BoundedCallsTest {

  private static final Duration PLENTY = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final int MAX_THREADS = 64;

  private final BoundedCalls calls = new BoundedCalls(Thread::new);
  private final CountDownLatch released = new CountDownLatch(1);

  @AfterEach
  void close() {
    released.countDown();
    calls.close();
  }

  private String hang() {
    try {
      released.await();
      return "late";
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  @Test
  void returnsTheResultOrThrowsWhatTheCallThrows() throws SQLException {
    assertEquals("x", calls.run(() -> "x", PLENTY, () -> {}));
    SQLException failure = new SQLException("scripted");
    assertSame(
        failure,
        assertThrows(
            SQLException.class,
            () ->
                calls.run(
                    () -> {
                      throw failure;
                    },
                    PLENTY,
                    () -> {})));
    assertThrows(
        IllegalStateException.class,
        () ->
            calls.run(
                () -> {
                  throw new IllegalStateException("scripted");
                },
                PLENTY,
                () -> {}));
  }

  @Test
  void leavesACallBehindThatHangs() {
    AtomicBoolean abandoned = new AtomicBoolean();
    SQLException late =
        assertThrows(
            SQLException.class, () -> calls.run(this::hang, SHORT, () -> abandoned.set(true)));
    assertEquals(DatabaseFault.UNREACHABLE, DatabaseFault.of(late));
    assertTrue(abandoned.get());
  }

  @Test
  void anInterruptOfTheCallerIsKeptForLater() throws SQLException {
    Thread.currentThread().interrupt();
    assertFalse(calls.run(() -> Thread.currentThread().isInterrupted(), PLENTY, () -> {}));
    assertTrue(Thread.interrupted());
  }

  @Test
  void refusesAtOnceWhileTooManyHang() {
    for (int i = 0; i < MAX_THREADS; i++) {
      assertThrows(SQLException.class, () -> calls.run(this::hang, Duration.ZERO, () -> {}));
    }
    SQLException refused =
        assertThrows(SQLException.class, () -> calls.run(() -> "x", PLENTY, () -> {}));
    assertTrue(String.valueOf(refused.getMessage()).contains("too many"), refused.getMessage());
  }
}
