package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.auth.Caller;
import io.broadcasty.ratelimit.RateKey;
import io.broadcasty.ratelimit.RateLimiter;

/**
 * The use case of querying the status of a send; the roles that may push to users may also query.
 *
 * <p>May block on the queue and throws its {@link PushStoreException}.
 */
@ThreadSafe
public record PushStatus(EnabledServices services, RateLimiter limits, PushQueue queue) {

  /**
   * Returns the status of a send.
   *
   * @param after the number after which the page of devices begins; 0 for the first page
   * @param limit the most devices in the page, at least 1
   */
  public PushAnswer of(Caller caller, String id, long after, int limit) {
    if (services.isEmpty()) {
      return new PushAnswer.Off(null, services.services());
    }
    if (!PushRights.overUsers(caller)) {
      return new PushAnswer.Denied(PushRights.NEEDED);
    }
    RateLimiter.Verdict verdict =
        limits.tryAcquire(RateKey.ofUser(caller.tenant(), caller.subject()), 1);
    if (!verdict.granted()) {
      return new PushAnswer.Throttled(verdict);
    }
    SendStatus status = queue.status(caller.tenant(), id, after, limit);
    return status == null ? new PushAnswer.Unknown() : new PushAnswer.Outcomes(status);
  }
}
