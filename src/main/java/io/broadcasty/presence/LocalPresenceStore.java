package io.broadcasty.presence;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Stores members in the node's memory. */
@ThreadSafe
public final class LocalPresenceStore implements PresenceStore {

  private static final PresencePage EMPTY = new PresencePage(0, 0, List.of(), null);

  private final ToIntFunction<TenantId> maxMembers;
  private final Ticker ticker;
  private final PresenceListener listener;
  private final Executor delayed;
  private final MemberEvents events;
  private final MemoryBudget memory;

  /**
   * The members by channel. A channel without members and followers has no entry; entries change
   * only inside the map's updates.
   */
  private final ConcurrentHashMap<TenantChannel, ChannelMembers> membersByChannel =
      new ConcurrentHashMap<>();

  /** Creates a store that reports members only to the presence listener. */
  public LocalPresenceStore(
      ToIntFunction<TenantId> maxMembers,
      Ticker ticker,
      PresenceListener listener,
      Executor delayed) {
    this(
        maxMembers,
        ticker,
        listener,
        delayed,
        RealtimeListener.NONE,
        MemoryBudget.unlimited(MemoryArea.SUBSCRIPTIONS));
  }

  /**
   * Creates a store that reports members to a lifecycle listener too.
   *
   * @param maxMembers of one channel of a tenant; asked at each join
   * @param delayed runs a short task after a short delay, for which changes are gathered
   * @param lifecycle is notified of joins and leaves, after changes were gathered
   * @param memory counts the members of all channels
   */
  public LocalPresenceStore(
      ToIntFunction<TenantId> maxMembers,
      Ticker ticker,
      PresenceListener listener,
      Executor delayed,
      RealtimeListener lifecycle,
      MemoryBudget memory) {
    this.memory = memory;
    this.maxMembers = maxMembers;
    this.ticker = ticker;
    this.listener = listener;
    this.delayed = delayed;
    this.events = new MemberEvents(lifecycle);
  }

  @Override
  public CompletionStage<JoinOutcome> join(TenantChannel channel, Member member, Holder holder) {
    int max = maxMembers.applyAsInt(channel.tenant());
    JoinOutcome[] outcome = new JoinOutcome[1];
    long needed = ChannelMembers.joinBytes(member);
    Grant grant = memory.tryReserve(channel.tenant(), needed);
    if (grant != Grant.GRANTED) {
      return CompletableFuture.completedFuture(new JoinOutcome.NoMemory(grant));
    }
    membersByChannel.compute(
        channel,
        (c, known) -> {
          ChannelMembers members = known == null ? new ChannelMembers(c, listener, events) : known;
          outcome[0] = members.join(member, holder, max, ticker.readNanos());
          settle(members, needed);
          notifyOrGather(members);
          return members.isNeeded() ? members : null;
        });
    events.flush();
    return CompletableFuture.completedFuture(outcome[0]);
  }

  @Override
  public CompletionStage<Boolean> leave(TenantChannel channel, String memberId, Holder holder) {
    return update(channel, members -> members.leave(memberId, holder));
  }

  @Override
  public CompletionStage<Boolean> renew(
      TenantChannel channel, String memberId, Holder.Lease lease) {
    return update(channel, members -> members.renew(memberId, lease, ticker.readNanos()));
  }

  @Override
  public CompletionStage<Void> follow(TenantChannel channel) {
    membersByChannel.compute(
        channel,
        (c, known) -> {
          ChannelMembers members = known == null ? new ChannelMembers(c, listener, events) : known;
          members.follow();
          return members;
        });
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void unfollow(TenantChannel channel) {
    membersByChannel.computeIfPresent(
        channel,
        (c, members) -> {
          members.unfollow();
          return members.isNeeded() ? members : null;
        });
  }

  @Override
  public PresencePage members(TenantChannel channel, @Nullable String after, int limit) {
    PresencePage[] page = {EMPTY};
    membersByChannel.computeIfPresent(
        channel,
        (c, members) -> {
          members.notifyListener();
          page[0] = members.page(after, limit);
          return members;
        });
    events.flush();
    return page[0];
  }

  @Override
  public Set<ChannelName> channels(TenantId tenant) {
    return membersByChannel.keySet().stream()
        .filter(channel -> channel.tenant().equals(tenant))
        .map(TenantChannel::name)
        .collect(Collectors.toSet());
  }

  @Override
  public void expire() {
    long now = ticker.readNanos();
    for (ChannelMembers each : membersByChannel.values()) {
      if (each.hasLeases()) {
        CompletionStage<Boolean> unused = update(each.channel(), members -> members.expire(now));
      }
    }
  }

  @Override
  public void close() {
    for (TenantChannel channel : membersByChannel.keySet()) {
      membersByChannel.computeIfPresent(
          channel,
          (c, members) -> {
            memory.release(c.tenant(), members.setCounted(0));
            return null;
          });
    }
  }

  /**
   * Counts what the members take now.
   *
   * @param reservedBytes what was reserved for the change
   */
  private void settle(ChannelMembers members, long reservedBytes) {
    long now = members.bytes();
    long spare = members.setCounted(now) + reservedBytes - now;
    if (spare != 0) {
      memory.release(members.channel().tenant(), spare);
    }
  }

  private CompletionStage<Boolean> update(
      TenantChannel channel, Function<ChannelMembers, Boolean> change) {
    boolean[] done = new boolean[1];
    membersByChannel.computeIfPresent(
        channel,
        (c, members) -> {
          done[0] = change.apply(members);
          settle(members, 0);
          notifyOrGather(members);
          return members;
        });
    events.flush();
    return CompletableFuture.completedFuture(done[0]);
  }

  /**
   * Notifies the listener of the first change at once, and gathers those that follow within a short
   * delay.
   */
  private void notifyOrGather(ChannelMembers members) {
    if (!members.isGathering() && members.hasChanges()) {
      members.notifyListener();
      members.startGathering();
      delayed.execute(() -> notifyGathered(members.channel()));
    }
  }

  private void notifyGathered(TenantChannel channel) {
    membersByChannel.computeIfPresent(
        channel,
        (c, members) -> {
          members.endGathering();
          notifyOrGather(members);
          return members.isNeeded() ? members : null;
        });
    events.flush();
  }
}
