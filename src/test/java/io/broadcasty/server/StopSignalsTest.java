package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Tests {@link StopSignals} with a fake of the server's handler, which takes the signals that would
 * end this JVM.
 */
class StopSignalsTest {

  private static final Signal TERM = new Signal("TERM");

  private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
  private final SignalHandler server = signal -> calls.add("server");
  private SignalHandler jvm = server;

  @BeforeEach
  void fakeHandler() {
    jvm = Signal.handle(TERM, server);
  }

  @AfterEach
  void restore() {
    Signal.handle(TERM, jvm);
  }

  @Test
  void runsTheTaskBeforeTheServersHandler() throws InterruptedException {
    try (StopSignals signals = StopSignals.install(() -> calls.add("drained"))) {
      Signal.raise(TERM);
      assertEquals("drained", next());
      assertEquals("server", next());
    }
  }

  @Test
  void aSecondSignalDoesNotWait() throws InterruptedException {
    CountDownLatch drained = new CountDownLatch(1);
    try (StopSignals signals = StopSignals.install(() -> await(drained))) {
      Signal.raise(TERM);
      assertEquals("draining", next());
      Signal.raise(TERM);
      assertEquals("server", next());
      drained.countDown();
      assertEquals("server", next());
    }
  }

  @Test
  void aFailingTaskStillPassesTheSignalOn() throws InterruptedException {
    Runnable failing =
        () -> {
          throw new IllegalStateException("as the test wants it");
        };
    try (StopSignals signals = StopSignals.install(failing)) {
      Signal.raise(TERM);
      assertEquals("server", next());
    }
  }

  @Test
  void closeRestoresTheHandlers() {
    StopSignals.install(() -> calls.add("drained")).close();
    assertSame(server, Signal.handle(TERM, server));
  }

  @Test
  void aLaterHandlerKeepsTheSignalAndReachesTheServer() throws InterruptedException {
    StopSignals signals = StopSignals.install(() -> calls.add("drained"));
    SignalHandler[] before = new SignalHandler[1];
    SignalHandler later =
        signal -> {
          calls.add("later");
          before[0].handle(signal);
        };
    before[0] = Signal.handle(TERM, later);
    signals.close();
    Signal.raise(TERM);
    assertEquals("later", next());
    assertEquals("server", next());
  }

  private void await(CountDownLatch latch) {
    calls.add("draining");
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String next() throws InterruptedException {
    return String.valueOf(calls.poll(20, TimeUnit.SECONDS));
  }
}
