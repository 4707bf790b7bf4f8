package io.broadcasty.presence.redis;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.presence.Member;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The members that this node's connections hold. Redis is updated from this, and again until it has
 * accepted it.
 */
@ThreadSafe
final class LocalMemberships {

  /** The result of releasing a member. */
  enum Released {
    /** The connection did not hold the member. */
    NOT_HELD,
    /** Other connections of this node still hold the member. */
    STILL_HELD,
    /** No connection of this node holds the member any longer. */
    LAST
  }

  private static final class HeldMember {
    private Member member;
    private final Set<String> connections = new HashSet<>(2);

    HeldMember(Member member) {
      this.member = member;
    }
  }

  /** A member that was released, for those who write again what Redis may have lost. */
  record Release(TenantChannel channel, String memberId) {}

  /** The time for which releases are remembered, longer than a failover goes unnoticed. */
  private static final Duration REMEMBERED = Duration.ofMinutes(1);

  private static final int MAX_RELEASES = 100_000;

  private final Ticker ticker;

  @GuardedBy("this")
  private final Map<TenantChannel, Map<String, HeldMember>> channels = new HashMap<>();

  /** The latest releases and their times, the oldest first. */
  @GuardedBy("this")
  private final Map<Release, Long> releases = BoundedMap.ofLatestAdded(MAX_RELEASES);

  LocalMemberships(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * Records that a connection holds a member.
   *
   * @return whether Redis has to be updated
   */
  synchronized boolean hold(TenantChannel channel, Member member, String connection) {
    Map<String, HeldMember> members = channels.computeIfAbsent(channel, c -> new HashMap<>());
    HeldMember held = members.get(member.id());
    boolean changed = held == null || !held.member.equals(member);
    if (held == null) {
      held = new HeldMember(member);
      members.put(member.id(), held);
    }
    held.member = member;
    held.connections.add(connection);
    return changed;
  }

  /** Records that a connection no longer holds a member. */
  synchronized Released release(TenantChannel channel, String memberId, String connection) {
    Map<String, HeldMember> members = channels.get(channel);
    HeldMember held = members == null ? null : members.get(memberId);
    if (members == null || held == null || !held.connections.remove(connection)) {
      return Released.NOT_HELD;
    }
    if (!held.connections.isEmpty()) {
      return Released.STILL_HELD;
    }
    members.remove(memberId);
    if (members.isEmpty()) {
      channels.remove(channel);
    }
    rememberRelease(new Release(channel, memberId));
    return Released.LAST;
  }

  @GuardedBy("this")
  private void rememberRelease(Release release) {
    releases.remove(release);
    releases.put(release, ticker.readNanos());
    dropOldReleases();
  }

  @GuardedBy("this")
  private void dropOldReleases() {
    long oldest = ticker.readNanos() - REMEMBERED.toNanos();
    Iterator<Long> times = releases.values().iterator();
    while (times.hasNext() && times.next() - oldest < 0) {
      times.remove();
    }
  }

  /** Returns what was released lately, whose removal Redis may have lost. */
  synchronized List<Release> recentReleases() {
    dropOldReleases();
    return List.copyOf(releases.keySet());
  }

  /** Returns the member, if it is held here. */
  synchronized @Nullable Member member(TenantChannel channel, String memberId) {
    Map<String, HeldMember> members = channels.get(channel);
    HeldMember held = members == null ? null : members.get(memberId);
    return held == null ? null : held.member;
  }

  synchronized boolean isHolding(TenantChannel channel) {
    return channels.containsKey(channel);
  }

  synchronized List<TenantChannel> channels() {
    return List.copyOf(channels.keySet());
  }

  synchronized Set<String> members(TenantChannel channel) {
    Map<String, HeldMember> members = channels.get(channel);
    return members == null ? Set.of() : Set.copyOf(members.keySet());
  }
}
