package io.broadcasty.presence.service;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.Member;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The members that one connection holds, until they leave or the connection ends. */
@ThreadSafe
public final class ConnectionPresence implements AutoCloseable {

  private record Membership(TenantChannel channel, String memberId) {}

  private final PresenceService presence;
  private final Holder.Connection holder;

  @GuardedBy("this")
  private final Map<ChannelName, Membership> memberships = new HashMap<>(0);

  @GuardedBy("this")
  private boolean closed;

  /**
   * Creates the presence of a connection that has joined no channel yet.
   *
   * @param connectionId unique on the node
   */
  public ConnectionPresence(PresenceService presence, String connectionId) {
    this.presence = presence;
    this.holder = new Holder.Connection(connectionId);
  }

  /** Joins a channel, or replaces the member; a connection holds one member in each channel. */
  public CompletionStage<PresenceOutcome> join(Caller caller, ChannelName channel, Member member) {
    Membership place = new Membership(new TenantChannel(caller.tenant(), channel), member.id());
    int maxChannels = presence.tenants().of(caller.tenant()).maxChannels();
    Membership before;
    synchronized (this) {
      if (closed) {
        return CompletableFuture.completedFuture(new PresenceOutcome.Denied());
      }
      if (memberships.size() >= maxChannels && !memberships.containsKey(channel)) {
        return CompletableFuture.completedFuture(new PresenceOutcome.TooManyChannels(maxChannels));
      }
      before = memberships.put(channel, place);
    }
    return presence
        .join(caller, channel, member, holder)
        .thenApply(
            outcome -> {
              boolean joined = outcome instanceof PresenceOutcome.Joined;
              if (!joined) {
                restore(channel, place, before);
                return outcome;
              }
              if (before != null && !before.memberId().equals(member.id())) {
                end(before);
              }
              if (!isHeld(channel, place)) { // it left, or its connection ended, before it joined
                end(place);
              }
              return outcome;
            });
  }

  /** Leaves a channel; returns whether the connection had joined it. */
  public boolean leave(ChannelName channel) {
    Membership place;
    synchronized (this) {
      place = memberships.remove(channel);
    }
    if (place != null) {
      end(place);
    }
    return place != null;
  }

  /**
   * Leaves the channels in which the caller may no longer be this member, after a refresh of its
   * token: those that it may not join, and those in which it is another member than itself and may
   * not publish.
   *
   * @return the channels that it has left, in order
   */
  public List<ChannelName> reauthorize(Caller caller) {
    List<ChannelName> left = new ArrayList<>();
    for (Membership place : memberships()) {
      ChannelName channel = place.channel().name();
      if (!mayBe(caller, place) && leave(channel)) {
        left.add(channel);
      }
    }
    left.sort(null);
    return left;
  }

  /** Returns whether the connection is present only where it is allowed. */
  public boolean isWithin(BiPredicate<String, Action> allowed) {
    return memberships().stream()
        .allMatch(place -> allowed.test(place.channel().name().value(), Action.PRESENCE));
  }

  private boolean mayBe(Caller caller, Membership place) {
    ChannelName channel = place.channel().name();
    return presence.policy().allows(caller, channel, ChannelOperation.JOIN)
        && (place.memberId().equals(caller.subject())
            || presence.policy().mayActForOthers(caller, channel));
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    memberships().forEach(place -> leave(place.channel().name()));
  }

  private synchronized List<Membership> memberships() {
    return List.copyOf(memberships.values());
  }

  private synchronized boolean isHeld(ChannelName channel, Membership place) {
    return place.equals(memberships.get(channel));
  }

  /** Undoes a join that failed, unless the channel was left meanwhile: then both members go. */
  private void restore(ChannelName channel, Membership place, @Nullable Membership before) {
    synchronized (this) {
      if (before == null) {
        memberships.remove(channel, place);
        return;
      }
      if (memberships.replace(channel, place, before)) {
        return;
      }
    }
    end(before);
  }

  private void end(Membership place) {
    var unused = presence.store().leave(place.channel(), place.memberId(), holder);
  }
}
