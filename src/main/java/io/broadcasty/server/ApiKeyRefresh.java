package io.broadcasty.server;

import io.broadcasty.admin.key.ApiKeySnapshot;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads API keys again when a control message announces a change, and has the streams end whose
 * keys or secrets are not valid any more.
 */
final class ApiKeyRefresh implements ControlListener {

  private static final System.Logger LOG = System.getLogger(ApiKeyRefresh.class.getName());

  /**
   * A stream may be admitted while its key is revoked or gets another secret, so streams are ended
   * this often.
   */
  private static final int SWEEPS = 5;

  private final ApiKeySnapshot keys;
  private final Executor executor;
  private final Consumer<String> endStreams;
  private final ConcurrentHashMap<String, Integer> ending = new ConcurrentHashMap<>();
  private volatile boolean missed;

  /**
   * Creates a listener that reads nothing yet.
   *
   * @param executor runs the reading, which may block; one task at a time
   * @param endStreams ends the streams of a key whose tokens are not valid any more
   */
  ApiKeyRefresh(ApiKeySnapshot keys, Executor executor, Consumer<String> endStreams) {
    this.keys = keys;
    this.executor = executor;
    this.endStreams = endStreams;
  }

  @Override
  public void onMessage(ControlMessage message) {
    if (message instanceof ControlMessage.KeysChanged changed) {
      schedule(changed.keyId());
    }
  }

  @Override
  public void onMissed() {
    schedule(null);
  }

  /** Retries what could not be read; call it periodically. */
  void retry() {
    if (missed) {
      schedule(null);
    }
  }

  /**
   * Ends the streams of keys that have changed, unless they are still valid; call it about once a
   * second.
   */
  void sweep() {
    for (String id : ending.keySet()) {
      endStreams.accept(id);
      ending.computeIfPresent(id, (key, left) -> left > 1 ? left - 1 : null);
    }
  }

  private void schedule(@Nullable String id) {
    if (id != null) {
      keys.markChanged(id);
    }
    try {
      executor.execute(() -> refresh(id));
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node is stopping", e);
    }
  }

  private void refresh(@Nullable String id) {
    if (id == null) {
      Set<String> changed = keys.refreshAll();
      missed = changed == null;
      if (changed != null) {
        changed.forEach(this::end);
      }
    } else if (keys.refresh(id)) {
      end(id);
    } else {
      missed = true;
    }
  }

  private void end(String id) {
    ending.put(id, SWEEPS);
    endStreams.accept(id);
  }
}
