package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.SendStatus;

/**
 * The use case of querying the status of a send; the roles that may push to users may also query.
 *
 * <p>May block on the queue and throws its {@link PushStoreException}.
 */
@ThreadSafe
public record PushStatusQuery(PushProviders services, RateLimiter limits, PushQueue queue) {

  /**
   * Returns the status of a send.
   *
   * @param after the number after which the page of devices begins; 0 for the first page
   * @param limit the most devices in the page, at least 1
   */
  public PushResult find(Caller caller, String id, long after, int limit) {
    if (services.isEmpty()) {
      return new PushResult.Disabled(null, services.services());
    }
    if (!PushRights.mayManageUsers(caller)) {
      return new PushResult.Denied(PushRights.REQUIRED_ROLES);
    }
    RateLimiter.Verdict verdict = limits.tryAcquireRequest(caller.tenant(), caller.subject());
    if (!verdict.granted()) {
      return new PushResult.Throttled(verdict);
    }
    SendStatus status = queue.status(caller.tenant(), id, after, limit);
    return status == null ? new PushResult.NotFound() : new PushResult.Status(status);
  }
}
