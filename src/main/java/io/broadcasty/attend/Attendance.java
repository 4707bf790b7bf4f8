package io.broadcasty.attend;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.auth.Caller;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.Member;
import io.broadcasty.rbac.Action;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The members that one connection holds, until they leave or the connection ends. */
@ThreadSafe
public final class Attendance implements AutoCloseable {

  private record Place(TenantChannel channel, String memberId) {}

  private final Attend attend;
  private final Holder.Connection holder;

  @GuardedBy("this")
  private final Map<ChannelName, Place> places = new HashMap<>(0);

  @GuardedBy("this")
  private boolean closed;

  /**
   * Creates the presence of a connection that has joined no channel yet.
   *
   * @param connectionId unique on the node
   */
  public Attendance(Attend attend, String connectionId) {
    this.attend = attend;
    this.holder = new Holder.Connection(connectionId);
  }

  /** Joins a channel, or replaces the member; a connection holds one member in each channel. */
  public CompletionStage<AttendOutcome> join(Caller caller, ChannelName channel, Member member) {
    Place place = new Place(new TenantChannel(caller.tenant(), channel), member.id());
    int maxChannels = attend.tenants().of(caller.tenant()).maxChannels();
    Place before;
    synchronized (this) {
      if (closed) {
        return CompletableFuture.completedFuture(new AttendOutcome.Denied());
      }
      if (places.size() >= maxChannels && !places.containsKey(channel)) {
        return CompletableFuture.completedFuture(new AttendOutcome.TooManyChannels(maxChannels));
      }
      before = places.put(channel, place);
    }
    return attend
        .join(caller, channel, member, holder)
        .thenApply(
            outcome -> {
              boolean joined = outcome instanceof AttendOutcome.Joined;
              if (!joined) {
                restore(channel, before);
              } else if (before != null && !before.memberId().equals(member.id())) {
                end(before);
              }
              if (joined && isClosed()) { // the connection has ended, perhaps before it joined
                end(place);
              }
              return outcome;
            });
  }

  /** Leaves a channel; returns whether the connection had joined it. */
  public boolean leave(ChannelName channel) {
    Place place;
    synchronized (this) {
      place = places.remove(channel);
    }
    if (place != null) {
      end(place);
    }
    return place != null;
  }

  /** Leaves the channels that the caller may no longer join, after a refresh of its token. */
  public void reauthorize(Caller caller) {
    for (ChannelName channel : channels()) {
      if (!attend.policy().allows(caller, channel, Action.PRESENCE)) {
        leave(channel);
      }
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    channels().forEach(this::leave);
  }

  private synchronized List<ChannelName> channels() {
    return List.copyOf(places.keySet());
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void restore(ChannelName channel, @Nullable Place before) {
    if (before == null) {
      places.remove(channel);
    } else {
      places.put(channel, before);
    }
  }

  private void end(Place place) {
    var unused = attend.store().leave(place.channel(), place.memberId(), holder);
  }
}
