package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.tenant.TenantId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is to be sent until it is known what became of it, and lets each dispatch be tried by
 * one node at a time.
 *
 * <p>A node claims dispatches for a while, its lease. What it has not settled when the lease ends
 * is claimed again, by whichever node comes first, with the same dispatch id; so what was under way
 * when a node died may be sent twice, and nothing else is.
 *
 * <p>Every method may block, and throws a {@link PushStoreException} when the queue cannot be
 * reached; trying again later is right. Shared by nodes, whose wall clocks must agree within
 * seconds.
 */
@ThreadSafe
public interface PushQueue {

  /**
   * Takes a send for all of its recipients, or nothing of it; returns once it is as safe as the
   * queue can make it. A send whose id the tenant has used already is not taken again.
   *
   * @param recipients each once
   * @param quotaPerDay how many notifications the tenant may send on a day (UTC); 0 for any number
   */
  EnqueueOutcome enqueue(Send send, Collection<Recipient> recipients, long quotaPerDay);

  /** What was taken under an id; null when nothing was. */
  EnqueueOutcome.@Nullable Queued find(TenantId tenant, String id);

  /**
   * Claims dispatches that are due, those that are due longest first.
   *
   * @param owner names this claim to {@link #settle}; unique to the node's life
   * @param max at most so many, at least 1
   */
  List<Claimed> claim(PushService service, String owner, int max, Duration lease);

  /**
   * Says what became of claimed dispatches, and removes subscriptions that are not registered any
   * more. What another owner has claimed meanwhile is left to it.
   */
  void settle(String owner, List<Settled> settled);

  /**
   * How a send does.
   *
   * @param after the number after which the page begins; 0 for the first
   * @param limit at most so many devices in the page, at least 1
   * @return null when the tenant has none of this id, or not any more
   */
  @Nullable SendStatus status(TenantId tenant, String id, long after, int limit);

  /**
   * How many dispatches are not finished, those that somebody tries among them.
   *
   * @param services which ones to look at
   * @param most counted of each; there may be more
   */
  Map<PushService, Integer> backlog(Collection<PushService> services, int most);

  /**
   * Ends what is past its time and nobody tries, whatever service it is for, and forgets finished
   * sends from before that moment. May take long.
   */
  void upkeep(long forgetBeforeMillis);
}
