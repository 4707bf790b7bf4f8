package io.broadcasty.core.ratelimit;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;

/** Limits rates by token buckets, one for each key. */
@ThreadSafe
public interface RateLimiter {

  /**
   * Takes permits from a bucket, or none if it does not hold them all. The rate and the burst are
   * those in force now: a bucket whose rate has changed keeps its permits as far as they fit, and
   * fills at the new rate.
   *
   * @param permits at least 1; never more than the burst is granted at once, so request at most
   *     that
   */
  Verdict tryAcquire(RateKey key, long permits);

  /** Returns whether limits are in force at all. When false, {@link #tryAcquire} always grants. */
  boolean isEnabled();

  /** The kind of limit that a bucket belongs to. */
  enum Scope {
    /** Requests and connections of one client address. */
    IP,
    /** Publications and commands of one user. */
    USER,
    /** Publications to one channel. */
    CHANNEL
  }

  /**
   * The limiter's decision.
   *
   * @param granted whether the permits were taken
   * @param scope the limit that decided
   * @param limit the bucket's size, in permits
   * @param remaining permits left in the bucket
   * @param retryAfter when the same request could be granted; zero when it was
   */
  record Verdict(boolean granted, Scope scope, long limit, long remaining, Duration retryAfter) {}
}
