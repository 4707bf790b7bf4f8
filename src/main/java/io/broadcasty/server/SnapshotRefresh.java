package io.broadcasty.server;

import io.broadcasty.admin.RefreshedSnapshot;
import io.broadcasty.admin.key.ApiKeySnapshot;
import io.broadcasty.admin.policy.PolicySnapshot;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.core.tenant.TenantId;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a snapshot again when a control message announces a change, and has what is not allowed any
 * more end on open streams.
 *
 * @param <K> names what changes
 */
final class SnapshotRefresh<K> implements ControlListener {

  private static final System.Logger LOG = System.getLogger(SnapshotRefresh.class.getName());

  /** A stream may be admitted by what was valid before, so streams are checked this often. */
  private static final int SWEEPS = 5;

  private final RefreshedSnapshot<K> snapshot;
  private final Function<ControlMessage, @Nullable Announced<K>> announced;
  private final Predicate<K> waits;
  private final Executor executor;
  private final Consumer<K> narrowStreams;
  private final ConcurrentHashMap<K, Integer> narrowing = new ConcurrentHashMap<>();
  private volatile boolean missed;

  /** What a message says to have changed; a null key is for everything. */
  private record Announced<K>(@Nullable K key) {}

  private SnapshotRefresh(
      RefreshedSnapshot<K> snapshot,
      Function<ControlMessage, @Nullable Announced<K>> announced,
      Predicate<K> waits,
      Executor executor,
      Consumer<K> narrowStreams) {
    this.snapshot = snapshot;
    this.announced = announced;
    this.waits = waits;
    this.executor = executor;
    this.narrowStreams = narrowStreams;
  }

  /**
   * Returns a listener for API keys, which reads nothing yet.
   *
   * @param executor runs the reading, which may block; one task at a time
   * @param endStreams ends the streams of a key, by its id, that are not valid any more
   */
  static SnapshotRefresh<String> ofKeys(
      ApiKeySnapshot keys, Executor executor, Consumer<String> endStreams) {
    return new SnapshotRefresh<>(
        keys,
        message ->
            message instanceof ControlMessage.KeysChanged changed
                ? new Announced<>(changed.keyId())
                : null,
        id -> false,
        executor,
        endStreams);
  }

  /**
   * Returns a listener for policies, which reads nothing yet. Streams are not narrowed while the
   * policies of their tenant cannot be read: they would end, although they may still be allowed.
   *
   * @param executor runs the reading, which may block; one task at a time
   * @param narrowStreams ends what the policies do not allow a tenant's streams any more
   */
  static SnapshotRefresh<TenantId> ofPolicies(
      PolicySnapshot policies, Executor executor, Consumer<TenantId> narrowStreams) {
    return new SnapshotRefresh<>(
        policies,
        message ->
            message instanceof ControlMessage.PoliciesChanged changed
                ? new Announced<>(changed.tenant())
                : null,
        policies::isUnread,
        executor,
        narrowStreams);
  }

  @Override
  public void onMessage(ControlMessage message) {
    Announced<K> changed = announced.apply(message);
    if (changed == null) {
      return;
    }
    K key = changed.key();
    if (key == null) {
      schedule(this::refreshAll);
    } else {
      snapshot.markChanged(key);
      schedule(() -> refresh(key));
    }
  }

  @Override
  public void onMissed() {
    schedule(this::refreshAll);
  }

  /** Retries what could not be read; call it periodically. */
  void retry() {
    if (missed) {
      onMissed();
    }
  }

  /** Narrows the streams of what changed a moment ago; call it about once a second. */
  void sweep() {
    for (K changed : narrowing.keySet()) {
      if (!waits.test(changed)) {
        narrowStreams.accept(changed);
        narrowing.computeIfPresent(changed, (key, left) -> left > 1 ? left - 1 : null);
      }
    }
  }

  private void schedule(Runnable reading) {
    try {
      executor.execute(reading);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node is stopping", e);
    }
  }

  private void refresh(K changed) {
    if (snapshot.refresh(changed)) {
      narrow(changed);
    } else {
      missed = true;
    }
  }

  private void refreshAll() {
    Set<K> changed = snapshot.refreshAll();
    missed = changed == null;
    if (changed != null) {
      changed.forEach(this::narrow);
    }
  }

  private void narrow(K changed) {
    narrowing.put(changed, SWEEPS);
    narrowStreams.accept(changed);
  }
}
