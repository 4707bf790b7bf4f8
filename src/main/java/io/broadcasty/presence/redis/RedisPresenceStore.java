package io.broadcasty.presence.redis;

import io.broadcasty.channel.TenantChannel;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.JoinOutcome;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.MemberEvents;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.presence.PresenceListener;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.redis.PubSub;
import io.broadcasty.redis.Redis;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Stores the members of all nodes that share a Redis.
 *
 * <p>What this node's connections hold is kept in memory and sent to Redis until it has accepted
 * it, so that no member is lost in an outage. The members of a node that has died leave once some
 * node notices it and calls {@link #forget}.
 *
 * <p>For a followed channel, every node keeps all members ({@link Replica}), so that pages and
 * changes are consistent.
 */
public final class RedisPresenceStore implements PresenceStore {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final JoinOutcome.Unavailable OUT_OF_REACH =
      new JoinOutcome.Unavailable("Redis cannot be reached", RETRY_AFTER);
  private static final long PATIENCE_SECONDS = 5;

  private final Redis redis;
  private final WallClock clock;
  private final LocalPresenceStore local;
  private final Holdings holdings = new Holdings();
  private final Replicas replicas;
  private final PubSub news;
  private final Steps steps;
  private final Care care;

  /**
   * Creates the store and starts its threads.
   *
   * @param redis stays open when the store is closed
   * @param node this node's name, which no other node has or had
   * @param later runs a short task after a short delay, for which changes are gathered
   * @param lifecycle is notified of joins and leaves that this node's calls to Redis cause
   */
  public RedisPresenceStore(
      Redis redis,
      String node,
      ToIntFunction<TenantId> maxMembers,
      Ticker ticker,
      WallClock clock,
      PresenceListener listener,
      ThreadFactory threads,
      Executor later,
      RealtimeListener lifecycle) {
    this.redis = redis;
    this.clock = clock;
    this.local = new LocalPresenceStore(tenant -> Integer.MAX_VALUE, ticker, listener, later);
    this.steps = new Steps(redis, node, maxMembers, clock, holdings, new MemberEvents(lifecycle));
    this.replicas = new Replicas(redis, local, ticker, steps::wake);
    this.news = new PubSub(redis, replicas, threads);
    this.care = new Care(redis, node, ticker, clock, holdings, steps, replicas, news);
    threads.newThread(care).start();
  }

  @Override
  public CompletionStage<JoinOutcome> join(TenantChannel channel, Member member, Holder holder) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    if (holder instanceof Holder.Connection connection) {
      synchronized (holdings) { // so that whatever is held and not sent yet has a queued operation
        if (!holdings.hold(channel, member, connection.id())) {
          return CompletableFuture.completedFuture(new JoinOutcome.Joined(false));
        }
        add(new Step(channel, Step.HOLDING, member, 0, answer), answer);
      }
    } else if (holder instanceof Holder.Lease lease) {
      add(new Step(channel, "join", member, end(lease), answer), answer);
    }
    return answer.handle(
        (first, failure) -> {
          if (first != null && first >= 0) {
            return new JoinOutcome.Joined(first == 1);
          }
          if (holder instanceof Holder.Connection connection) { // the join failed
            release(channel, member, connection);
          }
          return first != null
              ? new JoinOutcome.Full(steps.maxMembers(channel.tenant()))
              : OUT_OF_REACH;
        });
  }

  @Override
  public CompletionStage<Boolean> leave(TenantChannel channel, String memberId, Holder holder) {
    Member member = new Member(memberId, "");
    if (holder instanceof Holder.Connection connection) {
      return CompletableFuture.completedFuture(release(channel, member, connection));
    }
    CompletableFuture<Long> answer = new CompletableFuture<>();
    steps.add(new Step(channel, "leave", member, 0, answer));
    return answer.thenApply(held -> held == 1);
  }

  @Override
  public CompletionStage<Boolean> renew(
      TenantChannel channel, String memberId, Holder.Lease lease) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    steps.add(new Step(channel, "renew", new Member(memberId, ""), end(lease), answer));
    return answer.thenApply(had -> had == 1);
  }

  @Override
  public CompletionStage<Void> follow(TenantChannel channel) {
    return replicas.follow(channel, news);
  }

  @Override
  public void unfollow(TenantChannel channel) {
    replicas.unfollow(channel);
  }

  /**
   * {@inheritDoc}
   *
   * @throws PresenceException when Redis cannot be reached
   */
  @Override
  public PresencePage members(TenantChannel channel, @Nullable String after, int limit) {
    if (isOutOfReach(channel)) {
      throw new PresenceException("Redis cannot be reached", null);
    }
    CompletionStage<Void> ready = follow(channel);
    try {
      ready.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!replicas.await(channel, PATIENCE_SECONDS)) {
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

  /** Removes the members of a node that has died. Blocks on Redis; repeating it does no harm. */
  public void forget(String node) {
    care.forget(node);
  }

  /**
   * Sends everything held here to Redis again, since other nodes may have considered this node
   * dead.
   */
  public void tellAgain() {
    care.onForgotten();
  }

  /**
   * Completes once all operations requested before have been sent to Redis, and ended leases are
   * expired.
   */
  CompletionStage<Long> carriedOut(TenantChannel channel) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    steps.add(new Step(channel, "expire", new Member("", ""), 0, answer));
    return answer;
  }

  /** Does nothing, since one node at a time expires leases on its own thread. */
  @Override
  public void expire() {}

  /** Removes what this node's connections hold. */
  @Override
  public void close() {
    care.close();
    news.close();
  }

  private boolean release(TenantChannel channel, Member member, Holder.Connection connection) {
    int left = holdings.release(channel, member.id(), connection.id());
    if (left == 2) {
      steps.add(new Step(channel, Step.HOLDING, member, 0, null));
    }
    return left > 0;
  }

  /** Queues an operation, or fails it at once when Redis is known to be unreachable. */
  private void add(Step operation, CompletableFuture<Long> answer) {
    if (isOutOfReach(operation.channel())) {
      answer.completeExceptionally(new PresenceException("Redis cannot be reached", null));
    } else {
      steps.add(operation);
    }
  }

  /**
   * Returns whether Redis is known to be unreachable; the broker detects that, and probes until it
   * is reachable again.
   */
  private boolean isOutOfReach(TenantChannel channel) {
    return redis.availability().isDown(PresenceKeys.of(redis, channel).version());
  }

  private long end(Holder.Lease lease) {
    return clock.nowMillis() + lease.life().toMillis();
  }
}
