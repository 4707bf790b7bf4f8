package io.broadcasty.presence.redis;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.presence.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The leases that were given or renewed by way of this node and have not ended, so that they can be
 * written again when Redis has lost them.
 */
@ThreadSafe
final class GrantedLeases {

  private static final int MAX_LEASES = 100_000;

  private record Key(TenantChannel channel, String memberId) {}

  private record Granted(Member member, long endNanos) {}

  /** A lease that has not ended, and the time for which it still lasts. */
  record Lease(TenantChannel channel, Member member, Duration remaining) {}

  private final Ticker ticker;

  /** The leases; those given or renewed last are at the end. */
  @GuardedBy("this")
  private final Map<Key, Granted> leases = BoundedMap.ofLatestAdded(MAX_LEASES);

  GrantedLeases(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Records that a lease was given or renewed. */
  synchronized void put(TenantChannel channel, Member member, Duration duration) {
    Key key = new Key(channel, member.id());
    leases.remove(key);
    leases.put(key, new Granted(member, ticker.readNanos() + duration.toNanos()));
    dropEnded();
  }

  /** Forgets a lease that was given back. */
  synchronized void remove(TenantChannel channel, String memberId) {
    leases.remove(new Key(channel, memberId));
  }

  /** Returns the member that has a lease; null when none is known here, or it has ended. */
  synchronized @Nullable Member member(TenantChannel channel, String memberId) {
    Granted granted = leases.get(new Key(channel, memberId));
    return granted == null || granted.endNanos() - ticker.readNanos() <= 0
        ? null
        : granted.member();
  }

  /** Returns the leases that have not ended. */
  synchronized List<Lease> all() {
    long now = ticker.readNanos();
    List<Lease> all = new ArrayList<>();
    leases.forEach(
        (key, granted) -> {
          long remaining = granted.endNanos() - now;
          if (remaining > 0) {
            all.add(new Lease(key.channel(), granted.member(), Duration.ofNanos(remaining)));
          }
        });
    return all;
  }

  /** Drops ended leases, from the one that was renewed longest ago. */
  @GuardedBy("this")
  private void dropEnded() {
    long now = ticker.readNanos();
    Iterator<Granted> oldest = leases.values().iterator();
    while (oldest.hasNext() && oldest.next().endNanos() - now <= 0) {
      oldest.remove();
    }
  }
}
