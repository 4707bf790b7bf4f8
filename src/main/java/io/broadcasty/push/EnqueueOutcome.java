package io.broadcasty.push;

/** What came of handing a {@link Send} to the queue. */
public sealed interface EnqueueOutcome {

  /**
   * It is kept safely, and will be tried.
   *
   * @param devices to how many devices
   * @param duplicate whether it had been taken before, with so many devices
   */
  record Queued(int devices, boolean duplicate) implements EnqueueOutcome {}

  /**
   * The tenant has sent as much today as it may, or would have with this; nothing was kept.
   *
   * @param used how many it has sent today (UTC)
   */
  record OverQuota(long used) implements EnqueueOutcome {}
}
