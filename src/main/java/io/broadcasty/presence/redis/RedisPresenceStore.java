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
 * Members of all nodes that share a Redis. What this node's connections hold is kept here and told
 * to Redis until Redis has it, so that nothing of it is lost over an outage; the members of a node
 * that is gone leave once, whoever notices it and calls {@link #forget}.
 *
 * <p>Of channels that are followed every node has all members ({@link Replica}), so that pages and
 * changes are of one piece.
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
   * Starts its threads.
   *
   * @param redis stays open when the store is closed
   * @param node this node's name, which no other has or had
   * @param later runs a short task a moment later: so long, changes are gathered
   * @param lifecycle hears who joins and leaves by what this node has Redis change
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
      synchronized (holdings) { // so that what is held and not told of yet has its step
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
          if (holder instanceof Holder.Connection connection) { // it has not joined after all
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
        throw new PresenceException("members could not be read in time", null);
      }
      return local.members(channel, after, limit);
    } catch (ExecutionException | TimeoutException | JedisException e) {
      throw new PresenceException("members cannot be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PresenceException("interrupted", e);
    } finally {
      unfollow(channel);
    }
  }

  /** A node is gone: its members leave. Blocks on Redis; twice does no harm. */
  public void forget(String node) {
    care.forget(node);
  }

  /** What is held here is told to Redis again, since others may have taken this node for dead. */
  public void tellAgain() {
    care.onForgotten();
  }

  /** Completes once all that was asked for before has been told to Redis, and leases ended. */
  CompletionStage<Long> carriedOut(TenantChannel channel) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    steps.add(new Step(channel, "expire", new Member("", ""), 0, answer));
    return answer;
  }

  /** Leases are looked after by one node at a time, on a thread of its own. */
  @Override
  public void expire() {}

  /** Takes back what this node's connections held. */
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

  /** Where Redis is known not to answer, who waits learns it at once. */
  private void add(Step step, CompletableFuture<Long> answer) {
    if (isOutOfReach(step.channel())) {
      answer.completeExceptionally(new PresenceException("Redis cannot be reached", null));
    } else {
      steps.add(step);
    }
  }

  /** As the broker has found out, which asks anew whether it still is. */
  private boolean isOutOfReach(TenantChannel channel) {
    return redis.availability().isDown(PresenceKeys.of(redis, channel).version());
  }

  private long end(Holder.Lease lease) {
    return clock.nowMillis() + lease.life().toMillis();
  }
}
