package io.broadcasty.push.queue;

/** The result of adding a {@link Send} to the queue. */
public sealed interface EnqueueOutcome {

  /**
   * The send is stored durably and will be tried.
   *
   * @param devices how many devices it goes to
   * @param duplicate whether it had been queued before, for that many devices
   */
  record Queued(int devices, boolean duplicate) implements EnqueueOutcome {}

  /**
   * The tenant's quota for today is used up, or would be exceeded; nothing was stored.
   *
   * @param used how many notifications the tenant has sent today (UTC)
   */
  record OverQuota(long used) implements EnqueueOutcome {}
}
