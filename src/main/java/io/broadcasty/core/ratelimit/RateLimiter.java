package io.broadcasty.core.ratelimit;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.util.Locale;

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

  /**
   * Takes a permit of a user for one request, and one of the user's tenant. Returns the verdict
   * that refuses, otherwise that of the user. A user without permits takes none of the tenant.
   */
  default Verdict tryAcquireRequest(TenantId tenant, String subject) {
    Verdict user = tryAcquire(RateKey.ofUser(tenant, subject), 1);
    if (!user.granted()) {
      return user;
    }
    Verdict all = tryAcquire(RateKey.ofTenant(tenant), 1);
    return all.granted() ? user : all;
  }

  /**
   * Takes permits of a user and of the user's tenant for bytes that the user sends. Returns the
   * verdict that refuses, otherwise that of the user. A user without permits takes none of the
   * tenant.
   *
   * @param bytes at least 1; more than a burst is refused, and {@link Verdict#isPossible} then says
   *     that trying again is useless
   */
  default Verdict tryAcquireBytes(TenantId tenant, String subject, long bytes) {
    Verdict user = tryAcquire(RateKey.ofUserBytes(tenant, subject), bytes);
    if (!user.granted()) {
      return user;
    }
    Verdict all = tryAcquire(RateKey.ofTenantBytes(tenant), bytes);
    return all.granted() ? user : all;
  }

  /** Returns whether limits are in force at all. When false, {@link #tryAcquire} always grants. */
  boolean isEnabled();

  /** The kind of limit that a bucket belongs to. */
  enum Scope {
    /** Requests and connections of one client address. */
    IP,
    /** Pings of one client address, apart from its other requests. */
    PING,
    /** Publications and commands of one user. */
    USER,
    /** Publications to one channel. */
    CHANNEL,
    /** Publications and commands of all users of a tenant together. */
    TENANT,
    /** Bytes that one user sends. */
    USER_BYTES,
    /** Bytes that all users of a tenant together send. */
    TENANT_BYTES;

    /** Returns the name for clients. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns whether the limit belongs to an address, and so to no tenant. */
    public boolean isOfAddress() {
      return this == IP || this == PING;
    }

    /** Returns whether the permits are bytes. */
    public boolean countsBytes() {
      return this == USER_BYTES || this == TENANT_BYTES;
    }
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
  record Verdict(boolean granted, Scope scope, long limit, long remaining, Duration retryAfter) {

    /** Returns whether this many permits can be granted at all. */
    public boolean isPossible(long permits) {
      return permits <= limit;
    }
  }
}
