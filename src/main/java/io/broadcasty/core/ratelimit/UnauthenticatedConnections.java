package io.broadcasty.core.ratelimit;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.TimeUnit;

/**
 * Limits the connections of this node that have opened without a token: how many there are at once,
 * by address and in all, and how fast they come.
 *
 * <p>A place is free again when its connection has authenticated or ended, at the latest after the
 * time that a connection may take for it, so that none is lost.
 */
@ThreadSafe
public final class UnauthenticatedConnections {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final UnauthenticatedLimits limits;
  private final Ticker ticker;
  private final long intervalNanos;

  /** The places in use, in the order in which they were taken. */
  @GuardedBy("this")
  private final LinkedHashSet<Place> places = new LinkedHashSet<>();

  @GuardedBy("this")
  private final Map<String, Integer> byAddress = new HashMap<>();

  /** When connections at the highest rate would have used up all that have come so far. */
  @GuardedBy("this")
  private long usedUpNanos;

  public UnauthenticatedConnections(UnauthenticatedLimits limits, Ticker ticker) {
    this.limits = limits;
    this.ticker = ticker;
    this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / limits.rate().perSecond();
    this.usedUpNanos = ticker.readNanos();
  }

  /** The answer to a new connection. */
  public sealed interface Admission {}

  /**
   * The connection is refused.
   *
   * @param ofAddress whether the limit of its address is reached; otherwise that of the node
   * @param limit the limit that is reached
   * @param retryAfter when trying again makes sense
   */
  public record Refused(boolean ofAddress, long limit, Duration retryAfter) implements Admission {}

  /** The place of a connection, until it has authenticated or ended. */
  public final class Place implements Admission, AutoCloseable {
    private final String address;
    private final long takenNanos;
    private final Set<String> tenants = new CopyOnWriteArraySet<>();
    private volatile boolean inUse;

    private Place(String address, long takenNanos) {
      this.address = address;
      this.takenNanos = takenNanos;
    }

    /** Lets only callers of this tenant take the connection over; may be called more than once. */
    public void restrictTo(String tenant) {
      tenants.add(tenant);
    }

    /** Returns whether a caller of this tenant may take the connection over. */
    public boolean isOpenTo(TenantId tenant) {
      return tenants.stream().allMatch(tenant.value()::equals);
    }

    /** Marks that a connection has it, and will release it. */
    public void use() {
      inUse = true;
    }

    /** Returns whether a connection has it. */
    public boolean isInUse() {
      return inUse;
    }

    /** Releases it; may be called more than once. */
    @Override
    public void close() {
      release(this);
    }
  }

  /**
   * Takes a place for a new connection.
   *
   * @param address the client's address, or the network by which it is limited
   */
  public synchronized Admission tryAcquire(String address) {
    long now = ticker.readNanos();
    releaseExpired(now);
    if (byAddress.getOrDefault(address, 0) >= limits.maxOfAddress()) {
      return new Refused(true, limits.maxOfAddress(), RETRY_AFTER);
    }
    if (places.size() >= limits.maxInAll()) {
      return new Refused(false, limits.maxInAll(), RETRY_AFTER);
    }
    long aheadNanos = usedUpNanos - now - (limits.rate().burst() - 1) * intervalNanos;
    if (limits.rateEnabled() && aheadNanos > 0) {
      return new Refused(false, limits.rate().burst(), Duration.ofNanos(aheadNanos));
    }
    usedUpNanos = (usedUpNanos - now > 0 ? usedUpNanos : now) + intervalNanos;
    Place place = new Place(address, now);
    places.add(place);
    byAddress.merge(address, 1, Integer::sum);
    return place;
  }

  /** Returns how many places are in use. */
  public synchronized int count() {
    return places.size();
  }

  private synchronized void release(Place place) {
    if (places.remove(place)) {
      forget(place);
    }
  }

  @GuardedBy("this")
  private void forget(Place place) {
    byAddress.computeIfPresent(place.address, (a, count) -> count == 1 ? null : count - 1);
  }

  @GuardedBy("this")
  private void releaseExpired(long now) {
    Iterator<Place> oldest = places.iterator();
    while (oldest.hasNext()) {
      Place place = oldest.next();
      if (now - place.takenNanos < limits.lifetime().toNanos()) {
        return;
      }
      oldest.remove();
      forget(place);
    }
  }
}
