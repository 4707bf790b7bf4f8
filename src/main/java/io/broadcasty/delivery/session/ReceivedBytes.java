package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.wire.Problem;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Charges what the client of one connection sends to its user and tenant, and limits what it sends
 * before it has authenticated.
 */
@ThreadSafe
final class ReceivedBytes {

  /** What a command counts for at least, since the shortest one takes the node's time too. */
  static final int MIN_COMMAND_BYTES = 256;

  /** How many messages and control frames a client may send before it has authenticated. */
  static final int MAX_UNAUTHENTICATED = 20;

  private final RateLimiter rates;
  private final AtomicLong unauthenticated = new AtomicLong();
  private final AtomicLong refusedInARow = new AtomicLong();

  ReceivedBytes(RateLimiter rates) {
    this.rates = rates;
  }

  /**
   * The answer to bytes that exceed a limit.
   *
   * @param problem for the client
   * @param ignored whether the client has ignored such answers, so that its connection is to end
   */
  record Exceeded(Problem problem, boolean ignored) {}

  /**
   * Charges a message.
   *
   * @param caller null before authentication
   * @param bytes the length of the message
   * @param commands how many commands it contains
   * @return null when it is within the limits
   */
  @Nullable Exceeded charge(@Nullable Caller caller, long bytes, int commands) {
    if (caller == null || !rates.isEnabled()) {
      return null;
    }
    long cost = Math.max(bytes, (long) MIN_COMMAND_BYTES * Math.max(1, commands));
    RateLimiter.Verdict verdict = rates.tryAcquireBytes(caller.tenant(), caller.subject(), cost);
    if (verdict.granted()) {
      refusedInARow.set(0);
      return null;
    }
    return new Exceeded(
        ProblemMapper.throttled(verdict, cost),
        refusedInARow.addAndGet(cost) > verdict.limit() && verdict.isPossible(cost));
  }

  /** Counts a message before authentication; returns whether the client has sent too many. */
  boolean countUnauthenticated() {
    return unauthenticated.incrementAndGet() > MAX_UNAUTHENTICATED;
  }
}
