package io.broadcasty.core.rbac;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.Retention;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a policy lets a channel keep at most, within the retention of its tenant. Immutable. */
@ThreadSafe
public final class RetentionLimits {

  /** No limits. */
  public static final RetentionLimits NONE = new RetentionLimits(null, null, null);

  private final @Nullable Long seconds;
  private final @Nullable Long count;
  private final @Nullable Long bytes;

  /**
   * The last answer: a store asks for every publication, and a tenant's retention hardly changes.
   */
  private volatile @Nullable Limited last;

  private record Limited(Retention ofTenant, Retention ofChannel) {}

  /**
   * Creates limits; null means as the tenant.
   *
   * @param seconds the maximum age, above 0
   * @param count the maximum number of publications, above 0
   * @param bytes the maximum number of bytes, above 0
   */
  public RetentionLimits(@Nullable Long seconds, @Nullable Long count, @Nullable Long bytes) {
    this.seconds = seconds;
    this.count = count;
    this.bytes = bytes;
  }

  public @Nullable Long seconds() {
    return seconds;
  }

  public @Nullable Long count() {
    return count;
  }

  public @Nullable Long bytes() {
    return bytes;
  }

  /** Returns whether nothing is limited. */
  public boolean isEmpty() {
    return seconds == null && count == null && bytes == null;
  }

  /** Returns the retention of a channel whose tenant has this one: the smaller of each limit. */
  @SuppressWarnings("ReferenceEquality") // changed settings are a new instance
  public Retention within(Retention ofTenant) {
    if (isEmpty()) {
      return ofTenant;
    }
    Limited known = last;
    if (known == null || known.ofTenant() != ofTenant) {
      known = new Limited(ofTenant, limited(ofTenant));
      last = known;
    }
    return known.ofChannel();
  }

  private Retention limited(Retention ofTenant) {
    Duration age = seconds == null ? ofTenant.age() : Duration.ofSeconds(seconds);
    return new Retention(
        age.compareTo(ofTenant.age()) < 0 ? age : ofTenant.age(),
        count == null ? ofTenant.maxCount() : Math.min(count, ofTenant.maxCount()),
        bytes == null ? ofTenant.maxBytes() : Math.min(bytes, ofTenant.maxBytes()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RetentionLimits limits
        && Objects.equals(seconds, limits.seconds)
        && Objects.equals(count, limits.count)
        && Objects.equals(bytes, limits.bytes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(seconds, count, bytes);
  }

  @Override
  public String toString() {
    return "RetentionLimits[" + seconds + " s, " + count + ", " + bytes + " bytes]";
  }
}
