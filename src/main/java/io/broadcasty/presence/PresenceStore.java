package io.broadcasty.presence;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.channel.TenantChannel;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Who is present where. A member is present as long as something holds it ({@link Holder}): it
 * joins with the first and leaves with the last, however many it has in between, and the {@link
 * PresenceListener} hears of both once, in order, and of nothing that is undone within a moment.
 * Changes of a moment are told together.
 *
 * <p>The node's {@link io.broadcasty.lifecycle.RealtimeListener} hears of each join and each leave
 * once in the cluster, by turns: on the node whose change made it or, when a node is gone or a
 * lease has ended, on the one that noticed. A node that dies between the change and telling of it
 * takes the event along; a join on one node and a leave on another within some milliseconds may be
 * told the other way round.
 */
@ThreadSafe
public interface PresenceStore extends AutoCloseable {

  /**
   * Makes somebody present, or says anew what is to be known of a member. A lease is given anew.
   *
   * @return completes exceptionally only for a fault of the store itself
   */
  CompletionStage<JoinOutcome> join(TenantChannel channel, Member member, Holder holder);

  /**
   * Takes a holder away; of a lease, its life says nothing. Does nothing where it does not hold.
   *
   * @return whether it did hold the member
   */
  CompletionStage<Boolean> leave(TenantChannel channel, String memberId, Holder holder);

  /**
   * Gives a member's lease anew.
   *
   * @return whether it had one
   */
  CompletionStage<Boolean> renew(TenantChannel channel, String memberId, Holder.Lease lease);

  /**
   * Asks to hear of a channel's changes. Each call is taken back by one {@link #unfollow}, whatever
   * came of it.
   *
   * @return completes once every change from then on will be heard of
   */
  CompletionStage<Void> follow(TenantChannel channel);

  /** Takes one {@link #follow} back. */
  void unfollow(TenantChannel channel);

  /**
   * Reads members, from the first id on or from the one after this. On a followed channel every
   * change up to the page's version has been told, and every later one will be. May block on the
   * store.
   *
   * @param limit at most so many, at least 1
   */
  PresencePage members(TenantChannel channel, @Nullable String after, int limit);

  /** Ends what has not been renewed in time. Called every second. */
  void expire();

  @Override
  void close();
}
