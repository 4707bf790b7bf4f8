package io.broadcasty.push.queue;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.device.Recipient;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Stores notifications until their outcome is known, and lets one node at a time try each dispatch.
 *
 * <p>A node claims dispatches for a lease. Dispatches that it has not acknowledged when the lease
 * ends can be claimed again by any node, with the same dispatch id; so only what was in flight when
 * a node died may be sent twice.
 *
 * <p>Every method may block, and throws a {@link PushStoreException} when the queue cannot be
 * reached; trying again later is right. Shared by nodes, which measure its times by one clock.
 */
@ThreadSafe
public interface PushQueue {

  /**
   * Adds a send for all of its recipients, or for none of them; returns once it is as durable as
   * the queue can make it. A send whose id the tenant has used already is not added again.
   *
   * @param recipients each once
   * @param quotaPerDay how many notifications the tenant may send on a day (UTC); 0 for any number
   */
  EnqueueOutcome enqueue(Send send, Collection<Recipient> recipients, long quotaPerDay);

  /** Returns how many notifications the tenant has sent today (UTC) that count in its quota. */
  long usedToday(TenantId tenant);

  /** Returns what was queued under an id; null when nothing was. */
  EnqueueOutcome.@Nullable Queued find(TenantId tenant, String id);

  /**
   * Claims due dispatches, of each tenant those that have been due longest first. When more are due
   * than may be claimed, the tenants get equal shares in turn, and what one does not need goes to
   * the others.
   *
   * @param owner identifies this claim in {@link #acknowledge}; unique to one run of the node
   * @param max the most dispatches to claim, at least 1
   * @param allowance the most dispatches to claim of a tenant; may be called more than once for one
   */
  List<ClaimedDispatch> claim(
      PushService service,
      String owner,
      int max,
      Duration lease,
      ToIntFunction<TenantId> allowance);

  /**
   * Records the results of claimed dispatches, and removes subscriptions that are no longer
   * registered. Dispatches that another owner has claimed since are left alone.
   */
  void acknowledge(String owner, List<AcknowledgedDispatch> results);

  /**
   * Returns the status of a send.
   *
   * @param after the number after which the page begins; 0 for the first page
   * @param limit the most devices in the page, at least 1
   * @return null when the tenant has no send with this id, or no longer has
   */
  @Nullable SendStatus status(TenantId tenant, String id, long after, int limit);

  /**
   * Counts unfinished dispatches, including claimed ones.
   *
   * @param services the services to count for
   * @param most the highest count for each service; there may be more
   */
  Map<PushService, Integer> backlog(Collection<PushService> services, int most);

  /**
   * Counts the unfinished dispatches of a tenant, as {@link #backlog} does. Those that were queued
   * by an earlier version are not counted.
   */
  Map<PushService, Integer> backlogOf(TenantId tenant, Collection<PushService> services, int most);

  /**
   * Returns dispatches of a tenant that have failed for good. Looks at some thousand dispatches at
   * most.
   *
   * @param after null to begin with the first
   * @param limit the most dispatches to return, at least 1
   */
  FailedDispatches failed(TenantId tenant, FailedDispatches.@Nullable Cursor after, int limit);

  /**
   * Expires dispatches of every service that are past their time and not claimed, and deletes
   * finished sends older than this time. May take long.
   */
  void cleanUp(long forgetBeforeMillis);
}
