package io.broadcasty.cluster.control;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Calls the listeners of a topic; the failure of one is logged and does not affect the others. */
public final class ControlListeners implements ControlListener {

  private static final System.Logger LOG = System.getLogger(ControlListeners.class.getName());

  private final List<ControlListener> all = new CopyOnWriteArrayList<>();

  public void add(ControlListener listener) {
    all.add(listener);
  }

  @Override
  public void onMessage(ControlMessage message) {
    each(listener -> listener.onMessage(message));
  }

  @Override
  public void onMissed() {
    LOG.log(
        Level.WARNING,
        "Control messages of other nodes may have been missed while this node was disconnected from"
            + " their store; data that they keep up to date is read again");
    each(ControlListener::onMissed);
  }

  private void each(Consumer<ControlListener> call) {
    for (ControlListener listener : all) {
      try {
        call.accept(listener);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "A listener of control messages failed", e);
      }
    }
  }
}
