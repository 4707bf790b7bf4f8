package io.broadcasty.server;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Runs a task when the process is told to stop (SIGTERM, or SIGINT of Ctrl-C), before the server
 * handles the signal. JVM shutdown hooks run concurrently, and servers close their connections in
 * theirs (docs/adr/0008). A second signal does not wait for the task.
 */
final class StopSignals implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(StopSignals.class.getName());

  private final Runnable task;
  private final Map<Signal, SignalHandler> previousHandlers = new LinkedHashMap<>();
  private final SignalHandler handler = this::stop;
  private boolean begun;

  private StopSignals(Runnable task) {
    this.task = task;
  }

  /**
   * Registers the signal handlers. Where the JVM handles no signals ({@code -Xrs}), the task never
   * runs.
   */
  static StopSignals install(Runnable task) {
    StopSignals signals = new StopSignals(task);
    for (String name : List.of("TERM", "INT")) {
      signals.installHandler(new Signal(name));
    }
    return signals;
  }

  private synchronized void installHandler(Signal signal) {
    try {
      SignalHandler theirs = Signal.handle(signal, handler);
      if (theirs.equals(SignalHandler.SIG_IGN)) {
        Signal.handle(signal, theirs); // the signal is ignored, as in a background process
      } else {
        previousHandlers.put(signal, theirs);
      }
    } catch (IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "The JVM does not let applications handle this signal", e);
    }
  }

  private void stop(Signal signal) {
    SignalHandler theirs;
    boolean first;
    synchronized (this) {
      theirs = previousHandlers.getOrDefault(signal, SignalHandler.SIG_DFL);
      first = !begun;
      begun = true;
    }
    try {
      if (first) {
        task.run();
      }
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "Draining the connections failed", e);
    } finally {
      if (theirs.equals(SignalHandler.SIG_DFL)) {
        Runtime.getRuntime().exit(128 + signal.getNumber());
      } else {
        theirs.handle(signal);
      }
    }
  }

  /** Restores the previous signal handlers. */
  @Override
  public synchronized void close() {
    for (Signal signal : new ArrayList<>(previousHandlers.keySet())) {
      SignalHandler current = Signal.handle(signal, previousHandlers.get(signal));
      if (!current.equals(handler)) {
        Signal.handle(signal, current); // a later handler replaced this one and still calls it
      } else {
        previousHandlers.remove(signal);
      }
    }
    begun = true;
  }
}
