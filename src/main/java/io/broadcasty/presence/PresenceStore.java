package io.broadcasty.presence;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Stores which members are present on which channel.
 *
 * <p>A member is present as long as a {@link Holder} holds it: it joins with the first and leaves
 * with the last, however many it has in between. The {@link PresenceListener} is notified of both
 * once, in order, but not of a change that is undone within a moment. Changes within a moment are
 * reported together.
 *
 * <p>The node's {@link io.broadcasty.core.lifecycle.RealtimeListener} is notified of each join and
 * each leave once in the cluster: on the node whose change caused it or, when a node has died or a
 * lease has ended, on the node that noticed. A node that dies between the change and its
 * notification loses the event; a join on one node and a leave on another within some milliseconds
 * may be reported in reverse order.
 */
@ThreadSafe
public interface PresenceStore extends AutoCloseable {

  /**
   * Makes a member present, or replaces the JSON of one that is present. A lease is renewed.
   *
   * @return completes exceptionally only for a fault of the store itself
   */
  CompletionStage<JoinOutcome> join(TenantChannel channel, Member member, Holder holder);

  /**
   * Removes a holder; the duration of a lease is ignored. Does nothing when it does not hold the
   * member.
   *
   * @return whether it held the member
   */
  CompletionStage<Boolean> leave(TenantChannel channel, String memberId, Holder holder);

  /**
   * Renews a member's lease.
   *
   * @return whether it had one
   */
  CompletionStage<Boolean> renew(TenantChannel channel, String memberId, Holder.Lease lease);

  /**
   * Follows a channel: its changes are reported to the listener. Each call is undone by one {@link
   * #unfollow}, whatever its result.
   *
   * @return completes once every change from then on will be reported
   */
  CompletionStage<Void> follow(TenantChannel channel);

  /** Undoes one {@link #follow}. */
  void unfollow(TenantChannel channel);

  /**
   * Reads members, in order of id, after the given id or from the first on. On a followed channel,
   * every change up to the page's version has been reported, and every later one will be. May block
   * on the store.
   *
   * @param limit the most members, at least 1; a page of large members ends earlier
   */
  PresencePage members(TenantChannel channel, @Nullable String after, int limit);

  /**
   * Returns the tenant's channels that may have members, in no order. May block on the store, and
   * reads the names of the channels of all tenants; for administrators.
   */
  Set<ChannelName> channels(TenantId tenant);

  /** Ends the leases that were not renewed in time. Called every second. */
  void expire();

  @Override
  void close();
}
