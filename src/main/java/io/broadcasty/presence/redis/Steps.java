package io.broadcasty.presence.redis;

import static io.broadcasty.presence.redis.PresenceKeys.bytes;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.MemberEvents;
import io.broadcasty.redis.Redis;
import io.broadcasty.redis.Script;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.time.WallClock;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Queues presence operations for Redis. Any thread may add some; one thread takes the queued ones
 * and calls one script for each channel, so that many operations share a round trip and a change.
 */
final class Steps {

  private static final System.Logger LOG = System.getLogger(Steps.class.getName());
  private static final Script CHANGE = Script.load(Steps.class, "change.lua");
  private static final int AT_ONCE = 2000;
  private static final int MAX_UNANSWERED = 10_000;

  private final Redis redis;
  private final String node;
  private final ToIntFunction<TenantId> maxMembers;
  private final WallClock clock;
  private final Holdings holdings;
  private final byte[] publish;
  private final LinkedBlockingQueue<Step> waiting = new LinkedBlockingQueue<>();

  private final MemberEvents events;

  // the lock is held while events are sent, so that they keep the order of the changes
  @GuardedBy("this")
  private long calls;

  /**
   * For each channel, the first call whose reply was lost; what it changed has not been reported
   * yet.
   */
  @GuardedBy("this")
  private final Map<TenantChannel, Long> unanswered = new LinkedHashMap<>();

  /** Channels that are listed in Redis as having members of this node. */
  private final Set<TenantChannel> listed = new HashSet<>(); // by the sending thread only

  /** An operation that does nothing, to wake the sending thread. */
  private final Step nothing;

  Steps(
      Redis redis,
      String node,
      ToIntFunction<TenantId> maxMembers,
      WallClock clock,
      Holdings holdings,
      MemberEvents events) {
    this.redis = redis;
    this.node = node;
    this.maxMembers = maxMembers;
    this.clock = clock;
    this.holdings = holdings;
    this.events = events;
    this.publish = bytes(redis.hasShardedPubSub() ? "SPUBLISH" : "PUBLISH");
    TenantChannel nowhere = PresenceKeys.channel("none:none");
    this.nothing = new Step(nowhere, "nothing", new Member("", ""), 0, null);
  }

  int maxMembers(TenantId tenant) {
    return maxMembers.applyAsInt(tenant);
  }

  void add(Step step) {
    waiting.add(step);
  }

  /** Ends the sending thread's wait. */
  void wake() {
    waiting.add(nothing);
  }

  /** Waits for operations and takes those that are queued. */
  @SuppressWarnings("ReferenceEquality") // one object stands for it
  List<Step> take(long millis) throws InterruptedException {
    List<Step> taken = new ArrayList<>();
    Step first = waiting.poll(millis, TimeUnit.MILLISECONDS);
    if (first != null) {
      taken.add(first);
      waiting.drainTo(taken, AT_ONCE);
      taken.removeIf(step -> step == nothing);
    }
    return taken;
  }

  /** Forgets which channels are listed in Redis, since Redis may have lost them. */
  void forgetListed() {
    listed.clear();
  }

  /**
   * Sends operations.
   *
   * @return those about members held by this node that were not carried out, to be sent again; the
   *     futures of all that failed have completed
   */
  List<Step> send(List<Step> steps) {
    Map<TenantChannel, List<Step>> byChannel = new LinkedHashMap<>();
    for (Step step : steps) {
      byChannel.computeIfAbsent(step.channel(), c -> new ArrayList<>()).add(step);
    }
    List<Step> again = new ArrayList<>();
    RuntimeException outage = null;
    for (Map.Entry<TenantChannel, List<Step>> each : byChannel.entrySet()) {
      if (outage == null) {
        try {
          send(each.getKey(), each.getValue());
          continue;
        } catch (JedisException e) {
          outage = e;
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "Cannot change members on Redis; it will be tried again", e);
          outage = e;
        }
      }
      for (Step step : each.getValue()) {
        CompletableFuture<Long> answer = step.answer();
        if (answer != null) {
          answer.completeExceptionally(outage);
        }
        if (step.isHolding()) {
          again.add(new Step(step.channel(), step.kind(), step.member(), 0, null));
        }
      }
    }
    return again;
  }

  /** Runs one operation and waits for its result. For any thread. */
  long run(TenantChannel channel, String kind, String id) {
    Step step = new Step(channel, kind, new Member(id, ""), 0, null);
    return change(channel, List.of(step)).get(0);
  }

  private void send(TenantChannel channel, List<Step> steps) {
    boolean holding = holdings.isHolding(channel);
    if (holding && !listed.contains(channel)) { // first, or no node would find what is held there
      redis.commands().sadd(PresenceKeys.heldBy(redis, node), PresenceKeys.text(channel));
      listed.add(channel);
    }
    long due = Long.MAX_VALUE;
    for (Step step : steps) {
      due = step.timeMillis() > 0 ? Math.min(due, step.timeMillis()) : due;
    }
    List<Long> replies = change(channel, steps);
    if (due < Long.MAX_VALUE) {
      Due.note(redis, channel, due);
    }
    if (!holding && listed.remove(channel)) {
      redis.commands().srem(PresenceKeys.heldBy(redis, node), PresenceKeys.text(channel));
    }
    for (int i = 0; i < steps.size(); i++) {
      CompletableFuture<Long> answer = steps.get(i).answer();
      if (answer != null) {
        answer.complete(replies.get(i));
      }
    }
  }

  private List<Long> change(TenantChannel channel, List<Step> steps) {
    try {
      return changeInTurn(channel, steps);
    } finally {
      events.tell();
    }
  }

  private synchronized List<Long> changeInTurn(TenantChannel channel, List<Step> steps) {
    long number = ++calls;
    Long lost = unanswered.get(channel);
    PresenceKeys keys = PresenceKeys.of(redis, channel);
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(bytes(Long.toString(clock.nowMillis())));
    arguments.add(bytes(node));
    arguments.add(bytes(Integer.toString(maxMembers(channel.tenant()))));
    arguments.add(bytes(keys.announcements()));
    arguments.add(publish);
    arguments.add(bytes(Long.toString(number)));
    arguments.add(bytes(Long.toString(lost == null ? 0 : lost)));
    for (Step step : steps) {
      Member member = step.member();
      String kind = step.kind();
      if (step.isHolding()) {
        @Nullable Member held = holdings.member(channel, member.id());
        kind = held == null ? "drop" : "hold";
        member = held == null ? member : held;
      }
      arguments.add(bytes(kind));
      arguments.add(bytes(member.id()));
      arguments.add(bytes(member.json()));
      arguments.add(bytes(Long.toString(step.timeMillis())));
    }
    unanswered.putIfAbsent(channel, number);
    if (unanswered.size() > MAX_UNANSWERED) {
      var oldest = unanswered.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    List<?> answer = (List<?>) CHANGE.run(redis.commands(), keys.scripts(), arguments);
    unanswered.remove(channel);
    answer.stream().skip(steps.size()).forEach(news -> note(channel, (byte[]) news));
    return answer.stream().limit(steps.size()).map(Long.class::cast).toList();
  }

  private void note(TenantChannel channel, byte[] news) {
    String id = new String(news, 1, news.length - 1, StandardCharsets.UTF_8);
    if (news[0] == '+') {
      events.joined(channel, id);
    } else {
      events.left(channel, id);
    }
  }
}
