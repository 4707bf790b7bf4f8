package io.broadcasty.cluster.control.memory;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlListeners;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlTopic;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The control topic of a node that serves alone: delivers messages on the publisher's thread. */
@ThreadSafe
public final class MemoryControlTopic implements ControlTopic {

  private final ControlListeners listeners = new ControlListeners();

  @GuardedBy("this")
  private final Queue<ControlMessage> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean delivering;

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private long number;

  @Override
  public long publish(ControlMessage message) {
    long given;
    synchronized (this) {
      if (closed) {
        throw new ControlException("the control topic is closed");
      }
      given = ++number;
      waiting.add(message);
      if (delivering) { // another thread is delivering, or a listener has published
        return given;
      }
      delivering = true;
    }
    deliver();
    return given;
  }

  @Override
  public void addListener(ControlListener listener) {
    listeners.add(listener);
  }

  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
  }

  private void deliver() {
    try {
      for (ControlMessage next = next(); next != null; next = next()) {
        listeners.onMessage(next);
      }
    } catch (Error e) {
      synchronized (this) {
        delivering = false; // the next publisher continues
      }
      throw e;
    }
  }

  private synchronized @Nullable ControlMessage next() {
    ControlMessage next = waiting.poll();
    delivering = next != null;
    return next;
  }
}
