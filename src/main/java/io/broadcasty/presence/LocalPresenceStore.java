package io.broadcasty.presence;

import io.broadcasty.channel.TenantChannel;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.time.Ticker;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Stores members in the node's memory. */
public final class LocalPresenceStore implements PresenceStore {

  private static final PresencePage EMPTY = new PresencePage(0, 0, List.of(), null);

  private final ToIntFunction<TenantId> maxMembers;
  private final Ticker ticker;
  private final PresenceListener listener;
  private final Executor later;
  private final MemberEvents events;

  /**
   * The members by channel. A channel without members and followers has no entry; entries change
   * only inside the map's updates.
   */
  private final ConcurrentHashMap<TenantChannel, Roster> rosters = new ConcurrentHashMap<>();

  /** Creates a store that reports members only to the presence listener. */
  public LocalPresenceStore(
      ToIntFunction<TenantId> maxMembers,
      Ticker ticker,
      PresenceListener listener,
      Executor later) {
    this(maxMembers, ticker, listener, later, RealtimeListener.NONE);
  }

  /**
   * Creates a store that reports members to a lifecycle listener too.
   *
   * @param maxMembers of one channel of a tenant; asked at each join
   * @param later runs a short task after a short delay, for which changes are gathered
   * @param lifecycle is notified of joins and leaves, after changes were gathered
   */
  public LocalPresenceStore(
      ToIntFunction<TenantId> maxMembers,
      Ticker ticker,
      PresenceListener listener,
      Executor later,
      RealtimeListener lifecycle) {
    this.maxMembers = maxMembers;
    this.ticker = ticker;
    this.listener = listener;
    this.later = later;
    this.events = new MemberEvents(lifecycle);
  }

  @Override
  public CompletionStage<JoinOutcome> join(TenantChannel channel, Member member, Holder holder) {
    int max = maxMembers.applyAsInt(channel.tenant());
    JoinOutcome[] outcome = new JoinOutcome[1];
    rosters.compute(
        channel,
        (c, known) -> {
          Roster roster = known == null ? new Roster(c, listener, events) : known;
          outcome[0] = roster.join(member, holder, max, ticker.readNanos());
          tellSoon(roster);
          return roster;
        });
    events.tell();
    return CompletableFuture.completedFuture(outcome[0]);
  }

  @Override
  public CompletionStage<Boolean> leave(TenantChannel channel, String memberId, Holder holder) {
    return inRoster(channel, roster -> roster.leave(memberId, holder));
  }

  @Override
  public CompletionStage<Boolean> renew(
      TenantChannel channel, String memberId, Holder.Lease lease) {
    return inRoster(channel, roster -> roster.renew(memberId, lease, ticker.readNanos()));
  }

  @Override
  public CompletionStage<Void> follow(TenantChannel channel) {
    rosters.compute(
        channel,
        (c, known) -> {
          Roster roster = known == null ? new Roster(c, listener, events) : known;
          roster.follow();
          return roster;
        });
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void unfollow(TenantChannel channel) {
    rosters.computeIfPresent(
        channel,
        (c, roster) -> {
          roster.unfollow();
          return roster.isNeeded() ? roster : null;
        });
  }

  @Override
  public PresencePage members(TenantChannel channel, @Nullable String after, int limit) {
    PresencePage[] page = {EMPTY};
    rosters.computeIfPresent(
        channel,
        (c, roster) -> {
          roster.tell();
          page[0] = roster.page(after, limit);
          return roster;
        });
    events.tell();
    return page[0];
  }

  @Override
  public void expire() {
    long now = ticker.readNanos();
    for (Roster each : rosters.values()) {
      if (each.hasLeases()) {
        CompletionStage<Boolean> unused = inRoster(each.channel(), roster -> roster.expire(now));
      }
    }
  }

  @Override
  public void close() {}

  private CompletionStage<Boolean> inRoster(
      TenantChannel channel, Function<Roster, Boolean> change) {
    boolean[] done = new boolean[1];
    rosters.computeIfPresent(
        channel,
        (c, roster) -> {
          done[0] = change.apply(roster);
          tellSoon(roster);
          return roster;
        });
    events.tell();
    return CompletableFuture.completedFuture(done[0]);
  }

  /**
   * Notifies the listener of the first change at once, and gathers those that follow within a short
   * delay.
   */
  private void tellSoon(Roster roster) {
    if (!roster.isWaiting() && roster.hasNews()) {
      roster.tell();
      roster.await();
      later.execute(() -> tellGathered(roster.channel()));
    }
  }

  private void tellGathered(TenantChannel channel) {
    rosters.computeIfPresent(
        channel,
        (c, roster) -> {
          roster.waited();
          tellSoon(roster);
          return roster.isNeeded() ? roster : null;
        });
    events.tell();
  }
}
