package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.queue.FailedDispatches;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.sending.PushServiceHealth;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The use case of administrators who look at devices and the queue; whoever calls it has checked
 * the caller. Every method may block, and throws a {@link
 * io.broadcasty.push.device.PushStoreException} when the database cannot be reached.
 *
 * @param health returns the condition of each push service on this node
 */
@ThreadSafe
public record PushExplorer(
    PushProviders services,
    PushSubscriptionStore devices,
    PushQueue queue,
    Supplier<List<PushServiceHealth>> health) {

  /** The most failed dispatches of a page. */
  public static final int MAX_PAGE = 200;

  /** A longer queue counts as this long. */
  public static final int MAX_COUNT = 100_000;

  /** Returns whether there is a push service; otherwise no other method may be called. */
  public boolean isOn() {
    return !services.isEmpty();
  }

  /** Returns the devices of a user, the one that was registered last first. */
  public List<PushSubscription> devicesOf(TenantId tenant, String user) {
    return devices.findByUser(tenant, user);
  }

  /** Returns how many dispatches of a tenant wait for each service. */
  public Map<PushService, Integer> waiting(TenantId tenant) {
    return queue.backlogOf(tenant, services.services(), MAX_COUNT);
  }

  /** Returns how many notifications of a tenant count in its quota of today (UTC). */
  public long usedToday(TenantId tenant) {
    return queue.usedToday(tenant);
  }

  /** Returns a page of the dispatches that have failed for good. */
  public FailedDispatches failed(
      TenantId tenant, FailedDispatches.@Nullable Cursor after, int limit) {
    return queue.failed(tenant, after, limit);
  }
}
