package io.broadcasty.presence.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.ScriptClock;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.JoinOutcome;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.MemberEvents;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.presence.PresenceListener;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.presence.PresenceStore;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Stores the members of all nodes that share a Redis.
 *
 * <p>What this node's connections hold is kept in memory and sent to Redis until it has accepted
 * it, so that no member is lost in an outage. The members of a node that has died leave once some
 * node notices it and calls {@link #removeNode}.
 *
 * <p>For a followed channel, every node keeps all members ({@link MembershipCache}), so that pages
 * and changes are consistent.
 */
@ThreadSafe
public final class RedisPresenceStore implements PresenceStore {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final JoinOutcome.Unavailable UNREACHABLE =
      new JoinOutcome.Unavailable("Redis cannot be reached", RETRY_AFTER);
  private static final long READ_TIMEOUT_SECONDS = 5;

  private final Redis redis;
  private final String node;
  private final Supplier<? extends Collection<String>> liveNodes;
  private final LocalPresenceStore local;
  private final LocalMemberships memberships;
  private final GrantedLeases leases;
  private final MembershipCaches caches;
  private final PubSub pubSub;
  private final PresenceOperationQueue operations;
  private final ToIntFunction<TenantId> maxMembers;
  private final PresenceSynchronizer synchronizer;

  /**
   * Creates the store and starts its threads.
   *
   * @param redis stays open when the store is closed
   * @param node this node's name, which no other node has or had
   * @param liveNodes returns the names of the nodes that run; empty as long as they are unknown
   * @param delayed runs a short task after a short delay, for which changes are gathered
   * @param lifecycle is notified of joins and leaves that this node's calls to Redis cause
   */
  public RedisPresenceStore(
      Redis redis,
      String node,
      Supplier<? extends Collection<String>> liveNodes,
      ToIntFunction<TenantId> maxMembers,
      Ticker ticker,
      PresenceListener listener,
      ThreadFactory threads,
      Executor delayed,
      RealtimeListener lifecycle) {
    this(
        redis,
        node,
        liveNodes,
        maxMembers,
        ticker,
        ScriptClock.ofRedis(),
        listener,
        threads,
        delayed,
        lifecycle);
  }

  /** Creates a store whose scripts take another time than Redis', for tests. */
  RedisPresenceStore(
      Redis redis,
      String node,
      Supplier<? extends Collection<String>> liveNodes,
      ToIntFunction<TenantId> maxMembers,
      Ticker ticker,
      ScriptClock clock,
      PresenceListener listener,
      ThreadFactory threads,
      Executor delayed,
      RealtimeListener lifecycle) {
    this.redis = redis;
    this.node = node;
    this.liveNodes = liveNodes;
    this.memberships = new LocalMemberships(ticker);
    this.leases = new GrantedLeases(ticker);
    this.local = new LocalPresenceStore(tenant -> Integer.MAX_VALUE, ticker, listener, delayed);
    this.maxMembers = maxMembers;
    MemberChanges changes =
        new MemberChanges(redis, node, maxMembers, clock, memberships, new MemberEvents(lifecycle));
    this.operations = new PresenceOperationQueue(redis, node, clock, memberships, changes);
    DepartedHolders departed = new DepartedHolders(liveNodes, ticker);
    this.caches = new MembershipCaches(redis, local, departed, ticker, operations::wake);
    this.pubSub = new PubSub(redis, caches, threads);
    this.synchronizer =
        new PresenceSynchronizer(
            redis,
            node,
            ticker,
            clock,
            memberships,
            leases,
            operations,
            new MemberSweep(changes),
            caches,
            pubSub,
            departed);
    threads.newThread(synchronizer).start();
  }

  @Override
  public CompletionStage<JoinOutcome> join(TenantChannel channel, Member member, Holder holder) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    if (holder instanceof Holder.Connection connection) {
      synchronized (
          memberships) { // so that whatever is held and not sent yet has a queued operation
        if (!memberships.hold(channel, member, connection.id())) {
          return CompletableFuture.completedFuture(new JoinOutcome.Joined(false));
        }
        add(
            new PresenceOperation(channel, PresenceOperation.MEMBERSHIP_UPDATE, member, 0, answer),
            answer);
      }
    } else if (holder instanceof Holder.Lease lease) {
      add(
          new PresenceOperation(channel, "join", member, lease.duration().toMillis(), answer),
          answer);
    }
    return answer.handle(
        (first, failure) -> {
          if (first != null && first >= 0) {
            if (holder instanceof Holder.Lease lease) {
              leases.put(channel, member, lease.duration());
            }
            return new JoinOutcome.Joined(first == 1);
          }
          if (holder instanceof Holder.Connection connection) { // the join failed
            release(channel, member.id(), connection);
          }
          return first != null
              ? new JoinOutcome.Full(maxMembers.applyAsInt(channel.tenant()))
              : UNREACHABLE;
        });
  }

  @Override
  public CompletionStage<Boolean> leave(TenantChannel channel, String memberId, Holder holder) {
    if (holder instanceof Holder.Connection connection) {
      return CompletableFuture.completedFuture(release(channel, memberId, connection));
    }
    leases.remove(channel, memberId);
    CompletableFuture<Long> answer = new CompletableFuture<>();
    operations.add(new PresenceOperation(channel, "leave", new Member(memberId, ""), 0, answer));
    return answer.thenApply(held -> held == 1);
  }

  @Override
  public CompletionStage<Boolean> renew(
      TenantChannel channel, String memberId, Holder.Lease lease) {
    // with its JSON, a lease that Redis has lost is given again
    Member known = leases.member(channel, memberId);
    Member member = known == null ? new Member(memberId, "") : known;
    CompletableFuture<Long> answer = new CompletableFuture<>();
    operations.add(
        new PresenceOperation(channel, "renew", member, lease.duration().toMillis(), answer));
    return answer.thenApply(
        had -> {
          if (had == 1 && known != null) {
            leases.put(channel, known, lease.duration());
          }
          return had == 1;
        });
  }

  @Override
  public CompletionStage<Void> follow(TenantChannel channel) {
    return caches.follow(channel, pubSub);
  }

  @Override
  public void unfollow(TenantChannel channel) {
    caches.unfollow(channel);
  }

  /**
   * {@inheritDoc}
   *
   * @throws PresenceException when Redis cannot be reached
   */
  @Override
  public PresencePage members(TenantChannel channel, @Nullable String after, int limit) {
    if (isUnreachable(channel)) {
      throw new PresenceException("Redis cannot be reached", null);
    }
    CompletionStage<Void> ready = follow(channel);
    try {
      ready.toCompletableFuture().get(READ_TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (!caches.awaitVersion(channel, READ_TIMEOUT_SECONDS)) {
        throw new PresenceException("members could not be read from Redis in time", null);
      }
      return local.members(channel, after, limit);
    } catch (ExecutionException | TimeoutException | JedisException e) {
      throw new PresenceException("cannot read members from Redis", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PresenceException("interrupted while members were read", e);
    } finally {
      unfollow(channel);
    }
  }

  /**
   * {@inheritDoc} Those with leases, and those in which the connections of some node hold members.
   *
   * @throws PresenceException when Redis cannot be reached
   */
  @Override
  public Set<ChannelName> channels(TenantId tenant) {
    Set<String> nodes = new HashSet<>(liveNodes.get());
    nodes.add(node);
    try {
      return PresentChannels.of(redis, nodes, tenant);
    } catch (JedisException e) {
      throw new PresenceException("cannot read the channels with members from Redis", e);
    }
  }

  /** Removes the members of a node that has died. Blocks on Redis; repeating it does no harm. */
  public void removeNode(String node) {
    synchronizer.removeNode(node);
  }

  /**
   * Sends everything held here to Redis again, since other nodes may have considered this node
   * dead.
   */
  public void resendMembers() {
    synchronizer.resendAll();
  }

  /**
   * Completes once all operations requested before have been sent to Redis, and ended leases are
   * expired.
   */
  CompletionStage<Long> flushed(TenantChannel channel) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    Member fromTheStart = new Member("", MemberChanges.END);
    operations.add(new PresenceOperation(channel, "expire", fromTheStart, 0, answer));
    return answer;
  }

  /** Does nothing, since one node at a time expires leases on its own thread. */
  @Override
  public void expire() {}

  /** Removes what this node's connections hold. */
  @Override
  public void close() {
    synchronizer.close();
    pubSub.close();
  }

  private boolean release(TenantChannel channel, String memberId, Holder.Connection connection) {
    LocalMemberships.Released released = memberships.release(channel, memberId, connection.id());
    if (released == LocalMemberships.Released.LAST) {
      operations.add(PresenceOperation.membershipUpdate(channel, memberId));
    }
    return released != LocalMemberships.Released.NOT_HELD;
  }

  /** Queues an operation, or fails it at once when Redis is known to be unreachable. */
  private void add(PresenceOperation operation, CompletableFuture<Long> answer) {
    if (isUnreachable(operation.channel())) {
      answer.completeExceptionally(new PresenceException("Redis cannot be reached", null));
    } else {
      operations.add(operation);
    }
  }

  /**
   * Returns whether Redis is known to be unreachable; the broker detects that, and probes until it
   * is reachable again.
   */
  private boolean isUnreachable(TenantChannel channel) {
    return redis.availability().isDown(PresenceKeys.of(redis, channel).version());
  }
}
