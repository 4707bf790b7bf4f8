package io.broadcasty.presence;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.HeapSize;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The members of one channel, the holders of each, and the changes that have not been reported yet.
 * Not thread-safe, except {@link #hasLeases}.
 */
final class ChannelMembers {

  /** A page ends when its members have about this many bytes, whatever its limit. */
  static final int MAX_PAGE_BYTES = 128 * 1024;

  /** The objects of a channel, of a member, and of one connection that holds it. */
  private static final long CHANNEL_BYTES = 600;

  private static final long MEMBER_BYTES = 250;
  private static final long HOLDER_BYTES = 140;

  /** A member and its holders. */
  private static final class Entry {
    private Member member;
    private final Set<String> connections = new HashSet<>(2);
    private boolean leased;
    private long leaseEndNanos;

    Entry(Member member) {
      this.member = member;
    }

    boolean isHeld() {
      return leased || !connections.isEmpty();
    }
  }

  private final TenantChannel channel;
  private final PresenceListener listener;
  private final MemberEvents events;
  private final TreeMap<String, Entry> entries = new TreeMap<>();

  /**
   * The members that have changed since the last report, as the listener knows them; null for those
   * it does not know.
   */
  private final Map<String, @Nullable Member> reportedState = new LinkedHashMap<>();

  private long version;
  private long memberBytes;
  private long countedBytes;
  private boolean gathering;
  private int followers;
  private volatile int leases;

  ChannelMembers(TenantChannel channel, PresenceListener listener, MemberEvents events) {
    this.channel = channel;
    this.listener = listener;
    this.events = events;
  }

  TenantChannel channel() {
    return channel;
  }

  JoinOutcome join(Member member, Holder holder, int maxMembers, long nowNanos) {
    Entry entry = entries.get(member.id());
    boolean first = entry == null;
    if (entry == null) {
      if (entries.size() >= maxMembers) {
        return new JoinOutcome.Full(maxMembers);
      }
      entry = new Entry(member);
      entries.put(member.id(), entry);
      memberBytes += bytes(member);
      rememberBefore(member.id(), null);
    } else if (!entry.member.equals(member)) {
      rememberBefore(member.id(), entry.member);
      memberBytes += bytes(member) - bytes(entry.member);
      entry.member = member;
    }
    hold(entry, holder, nowNanos);
    return new JoinOutcome.Joined(first);
  }

  boolean leave(String memberId, Holder holder) {
    Entry entry = entries.get(memberId);
    if (entry == null) {
      return false;
    }
    boolean held =
        holder instanceof Holder.Connection connection
            ? removeConnection(entry, connection)
            : endLease(entry);
    dropUnheld(memberId, entry);
    return held;
  }

  boolean renew(String memberId, Holder.Lease lease, long nowNanos) {
    Entry entry = entries.get(memberId);
    if (entry == null || !entry.leased) {
      return false;
    }
    hold(entry, lease, nowNanos);
    return true;
  }

  private boolean removeConnection(Entry entry, Holder.Connection connection) {
    boolean removed = entry.connections.remove(connection.id());
    if (removed) {
      memberBytes -= HOLDER_BYTES;
    }
    return removed;
  }

  /** Returns what a join of this member may take at most. */
  static long joinBytes(Member member) {
    return CHANNEL_BYTES + HOLDER_BYTES + bytes(member);
  }

  private static long bytes(Member member) {
    return MEMBER_BYTES + HeapSize.ofText(member.id()) + HeapSize.ofText(member.json());
  }

  /** Returns what the members take, in bytes. */
  long bytes() {
    return entries.isEmpty() ? 0 : CHANNEL_BYTES + memberBytes;
  }

  /** Sets what is counted in the budget, and returns what was counted before. */
  long setCounted(long bytes) {
    long before = countedBytes;
    countedBytes = bytes;
    return before;
  }

  /** Ends leases that were not renewed in time; returns whether there were any. */
  boolean expire(long nowNanos) {
    boolean any = false;
    for (Map.Entry<String, Entry> each : new ArrayList<>(entries.entrySet())) {
      Entry entry = each.getValue();
      if (entry.leased && entry.leaseEndNanos - nowNanos <= 0) {
        any |= endLease(entry);
        dropUnheld(each.getKey(), entry);
      }
    }
    return any;
  }

  /** Returns whether there is a lease at all; may be called by any thread. */
  boolean hasLeases() {
    return leases > 0;
  }

  void follow() {
    followers++;
  }

  void unfollow() {
    followers--;
  }

  /** Returns whether it has members, unreported changes or followers. */
  boolean isNeeded() {
    return gathering || followers > 0 || !entries.isEmpty() || !reportedState.isEmpty();
  }

  /** Returns whether changes are being gathered. */
  boolean isGathering() {
    return gathering;
  }

  void startGathering() {
    gathering = true;
  }

  void endGathering() {
    gathering = false;
  }

  /** Returns whether there are unreported changes, after dropping those that were undone. */
  boolean hasChanges() {
    reportedState
        .entrySet()
        .removeIf(
            each -> {
              Entry entry = entries.get(each.getKey());
              Member now = entry == null ? null : entry.member;
              return java.util.Objects.equals(now, each.getValue());
            });
    return !reportedState.isEmpty();
  }

  /** Reports the changes since the last report to the listener, if there are any. */
  void notifyListener() {
    if (!hasChanges()) {
      return;
    }
    List<Member> joined = new ArrayList<>();
    List<String> left = new ArrayList<>();
    reportedState.forEach(
        (id, before) -> {
          Entry entry = entries.get(id);
          if (entry == null) {
            left.add(id);
            events.left(channel, id);
          } else {
            joined.add(entry.member);
            if (before == null) {
              events.joined(channel, id);
            }
          }
        });
    reportedState.clear();
    listener.onPresenceChange(new PresenceChange(channel, ++version, joined, left));
  }

  PresencePage page(@Nullable String after, int limit) {
    Map<String, Entry> rest = after == null ? entries : entries.tailMap(after, false);
    List<Member> members = new ArrayList<>(Math.min(limit, rest.size()));
    int bytes = 0;
    for (Entry entry : rest.values()) {
      bytes += entry.member.id().length() + entry.member.json().length();
      if (members.size() == limit || (bytes > MAX_PAGE_BYTES && !members.isEmpty())) {
        String last = members.get(members.size() - 1).id();
        return new PresencePage(version, entries.size(), members, last);
      }
      members.add(entry.member);
    }
    return new PresencePage(version, entries.size(), members, null);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // changed by one thread at a time, read by any
  private void hold(Entry entry, Holder holder, long nowNanos) {
    if (holder instanceof Holder.Connection connection) {
      if (entry.connections.add(connection.id())) {
        memberBytes += HOLDER_BYTES;
      }
    } else if (holder instanceof Holder.Lease lease) {
      if (!entry.leased) {
        entry.leased = true;
        leases++;
      }
      entry.leaseEndNanos = nowNanos + lease.duration().toNanos();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // changed by one thread at a time, read by any
  private boolean endLease(Entry entry) {
    if (!entry.leased) {
      return false;
    }
    entry.leased = false;
    leases--;
    return true;
  }

  private void dropUnheld(String memberId, Entry entry) {
    if (!entry.isHeld()) {
      entries.remove(memberId);
      memberBytes -= bytes(entry.member);
      rememberBefore(memberId, entry.member);
    }
  }

  private void rememberBefore(String memberId, @Nullable Member before) {
    if (!reportedState.containsKey(memberId)) {
      reportedState.put(memberId, before);
    }
  }
}
