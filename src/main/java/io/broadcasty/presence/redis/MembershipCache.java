package io.broadcasty.presence.redis;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.DecodingFailures;
import io.broadcasty.core.format.TextVersion;
import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.infra.redis.SubscriptionReadiness;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.Member;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A cached copy of a followed channel's members, kept in sync with Redis.
 *
 * <p>Announced changes are applied as long as each follows the previous one; otherwise all members
 * are read again and the differences reported.
 */
@ThreadSafe
final class MembershipCache {

  private static final int WAITS_PER_SECOND = 20;
  private static final Holder REDIS = new Holder.Connection("redis");

  private final TenantChannel channel;
  private final LocalPresenceStore local;

  @GuardedBy("this")
  private final Map<String, Member> members = new HashMap<>();

  @GuardedBy("this")
  private final List<byte[]> buffered = new ArrayList<>();

  @GuardedBy("this")
  private final SubscriptionReadiness ready = new SubscriptionReadiness();

  @GuardedBy("this")
  private boolean inSync;

  @GuardedBy("this")
  private long version;

  @GuardedBy("this")
  private int generation;

  MembershipCache(TenantChannel channel, LocalPresenceStore local) {
    this.channel = channel;
    this.local = local;
  }

  TenantChannel channel() {
    return channel;
  }

  /** Returns a stage that completes when the copy is in sync. */
  synchronized CompletionStage<Void> ready() {
    return ready.stage();
  }

  /** Marks the copy as out of sync, since changes may be missed from now on. */
  synchronized void markOutOfSync() {
    inSync = false;
    generation++;
    buffered.clear();
    ready.reset();
  }

  /** Fails the waiting calls, because Redis does not answer. */
  void failWaiting(RuntimeException why) {
    Runnable completion;
    synchronized (this) {
      completion = ready.fail(why);
    }
    completion.run();
  }

  /**
   * Returns the number of the current subscription, to be passed to {@link #replaceAll} with the
   * members read.
   */
  synchronized int generation() {
    return generation;
  }

  synchronized boolean isInSyncWith(long count) {
    return !inSync || version == count;
  }

  /**
   * Applies an announced change.
   *
   * @return whether all members must be read, because changes are missing
   */
  synchronized boolean onChange(byte[] message) {
    if (!inSync) {
      buffered.add(message);
      return false;
    }
    Change change = Change.decode(message);
    if (change == null) {
      markOutOfSync();
      return true;
    }
    if (change.version != version + 1) {
      markOutOfSync();
      buffered.add(message);
      return true;
    }
    apply(change);
    return false;
  }

  /**
   * Replaces the copy by the members that were read after {@link #generation} had returned this
   * number.
   */
  void replaceAll(int ofGeneration, long count, Map<String, Member> present) {
    Runnable completion;
    synchronized (this) {
      if (ofGeneration != generation) {
        return;
      }
      for (String id : List.copyOf(members.keySet())) {
        if (!present.containsKey(id)) {
          leave(id);
        }
      }
      present.values().forEach(this::join);
      version = count;
      inSync = true;
      for (byte[] message : buffered) {
        // what an undecodable change contained, the next comparison of versions finds
        Change change = Change.decode(message);
        if (change != null && change.version == version + 1) {
          apply(change);
        }
      }
      buffered.clear();
      notifyAll();
      completion = ready.confirm();
    }
    completion.run();
  }

  /** Waits until the copy has this version; returns false when it does not in time. */
  synchronized boolean awaitVersion(long count, long seconds) throws InterruptedException {
    long left = seconds * WAITS_PER_SECOND;
    while (!inSync || version < count) {
      if (left-- == 0) {
        return false;
      }
      wait(1000 / WAITS_PER_SECOND);
    }
    return true;
  }

  /** Removes all members, since the channel is no longer followed. */
  synchronized void clear() {
    generation++;
    List.copyOf(members.keySet()).forEach(this::leave);
  }

  private synchronized void apply(Change change) {
    change.left.forEach(this::leave);
    change.joined.forEach(this::join);
    version = change.version;
    notifyAll();
  }

  private synchronized void join(Member member) {
    if (!member.equals(members.put(member.id(), member))) {
      var unused = local.join(channel, member, REDIS);
    }
  }

  private synchronized void leave(String id) {
    if (members.remove(id) != null) {
      var unused = local.leave(channel, id, REDIS);
    }
  }

  /** A change as {@code change.lua} announces it. */
  private static final class Change {
    private static final String WHAT = "announcements of members";
    private final long version;
    private final List<Member> joined = new ArrayList<>();
    private final List<String> left = new ArrayList<>();
    private final byte[] message;
    private int at;

    /** Decodes a change; null when it cannot be decoded, which has been logged then. */
    static @Nullable Change decode(byte[] message) {
      try {
        TextVersion.requireVersionOne(WHAT, message);
        return new Change(message);
      } catch (UnknownVersionException e) {
        return null;
      } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
        var unused = DecodingFailures.malformed(WHAT, e);
        return null;
      }
    }

    private Change(byte[] message) {
      this.message = message;
      this.version = Long.parseLong(line());
      while (at < message.length) {
        String head = line();
        int blank = head.indexOf(' ');
        String id = text(Integer.parseInt(head.substring(1, blank)));
        String json = text(Integer.parseInt(head.substring(blank + 1)));
        if (head.charAt(0) == '+') {
          joined.add(new Member(id, json));
        } else {
          left.add(id);
        }
      }
    }

    private String line() {
      int end = at;
      while (message[end] != '\n') {
        end++;
      }
      String line = text(end - at);
      at++;
      return line;
    }

    private String text(int length) {
      String text = new String(message, at, length, StandardCharsets.UTF_8);
      at += length;
      return text;
    }
  }
}
