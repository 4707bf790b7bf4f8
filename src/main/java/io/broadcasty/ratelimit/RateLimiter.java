package io.broadcasty.ratelimit;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;

/** Token buckets by key. */
@ThreadSafe
public interface RateLimiter {

  /**
   * Takes permits from a bucket, or none when they are not all there. The rate and the burst are
   * those in force now: a bucket whose rate has changed keeps the permits that it has, as far as
   * they fit, and fills at the new rate.
   *
   * @param permits at least 1; never more than the burst is ever granted at once, so ask for at
   *     most that
   */
  Verdict tryAcquire(RateKey key, long permits);

  /** Whether limits are in force at all. When false, {@link #tryAcquire} always grants. */
  boolean enabled();

  /** Which limit a bucket belongs to. */
  enum Scope {
    /** Requests and connections of one client address. */
    IP,
    /** Publications and commands of one user. */
    USER,
    /** Publications to one channel. */
    CHANNEL
  }

  /**
   * What the limiter says.
   *
   * @param granted whether the permits were taken
   * @param scope the limit that spoke
   * @param limit the bucket's size, in permits
   * @param remaining permits left in the bucket
   * @param retryAfter when the same request could be granted; zero when it was
   */
  record Verdict(boolean granted, Scope scope, long limit, long remaining, Duration retryAfter) {}
}
