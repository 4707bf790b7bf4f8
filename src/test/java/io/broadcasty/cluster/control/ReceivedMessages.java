package io.broadcasty.cluster.control;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlMessage.Disconnect;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Records the messages of a topic; a test waits for them, for a bounded time. */
public final class ReceivedMessages implements ControlListener {

  private static final long TIMEOUT_SECONDS = 20;

  private final BlockingQueue<ControlMessage> received = new LinkedBlockingQueue<>();
  private final Semaphore missed = new Semaphore(0);
  private final AtomicBoolean inside = new AtomicBoolean();

  /** Whether two threads have ever called it at once. */
  private volatile boolean overlapped;

  @Override
  public void onMessage(ControlMessage message) {
    overlapped |= !inside.compareAndSet(false, true);
    received.add(message);
    inside.set(false);
  }

  @Override
  public void onMissed() {
    missed.release();
  }

  /** Returns a message with a name and no other meaning. */
  public static ControlMessage named(String name) {
    return new Disconnect(null, name, null, null, "disconnected");
  }

  /** Waits for the next message and returns it. */
  public ControlMessage next() {
    try {
      ControlMessage next = received.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      assertNotNull(next, "nothing was received");
      return next;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the names of the messages before the one with this name. */
  public List<String> until(String last) {
    List<String> names = new ArrayList<>();
    for (String name = name(next()); !name.equals(last); name = name(next())) {
      names.add(name);
    }
    assertTrue(!overlapped, "two threads called the listener at once");
    return names;
  }

  /** Waits for the report that messages were missed permanently. */
  public void awaitMissed() {
    try {
      assertTrue(missed.tryAcquire(TIMEOUT_SECONDS, TimeUnit.SECONDS), "onMissed was not called");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns whether missed messages were reported once more than a test has awaited. */
  public boolean hasMissed() {
    return missed.availablePermits() > 0;
  }

  private static String name(ControlMessage message) {
    return String.valueOf(((Disconnect) message).subject());
  }
}
