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
      Holdings memberships,
      MemberEvents events) {
    this.redis = redis;
    this.node = node;
    this.maxMembers = maxMembers;
    this.clock = clock;
    this.holdings = memberships;
    this.events = events;
    this.publish = bytes(redis.hasShardedPubSub() ? "SPUBLISH" : "PUBLISH");
    TenantChannel nowhere = PresenceKeys.channel("none:none");
    this.nothing = new Step(nowhere, "nothing", new Member("", ""), 0, null);
  }

  int maxMembers(TenantId tenant) {
    return maxMembers.applyAsInt(tenant);
  }

  void add(Step operation) {
    waiting.add(operation);
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
      taken.removeIf(operation -> operation == nothing);
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
  List<Step> send(List<Step> operations) {
    Map<TenantChannel, List<Step>> byChannel = new LinkedHashMap<>();
    for (Step operation : operations) {
      byChannel.computeIfAbsent(operation.channel(), c -> new ArrayList<>()).add(operation);
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
      for (Step operation : each.getValue()) {
        CompletableFuture<Long> answer = operation.answer();
        if (answer != null) {
          answer.completeExceptionally(outage);
        }
        if (operation.isHolding()) {
          again.add(new Step(operation.channel(), operation.kind(), operation.member(), 0, null));
        }
      }
    }
    return again;
  }

  /** Runs one operation and waits for its result. For any thread. */
  long run(TenantChannel channel, String kind, String id) {
    Step operation = new Step(channel, kind, new Member(id, ""), 0, null);
    return change(channel, List.of(operation)).get(0);
  }

  private void send(TenantChannel channel, List<Step> operations) {
    boolean holding = holdings.isHolding(channel);
    if (holding && !listed.contains(channel)) { // first, or no node would find what is held there
      redis.commands().sadd(PresenceKeys.heldBy(redis, node), PresenceKeys.text(channel));
      listed.add(channel);
    }
    long due = Long.MAX_VALUE;
    for (Step operation : operations) {
      due = operation.timeMillis() > 0 ? Math.min(due, operation.timeMillis()) : due;
    }
    List<Long> replies = change(channel, operations);
    if (due < Long.MAX_VALUE) {
      Due.note(redis, channel, due);
    }
    if (!holding && listed.remove(channel)) {
      redis.commands().srem(PresenceKeys.heldBy(redis, node), PresenceKeys.text(channel));
    }
    for (int i = 0; i < operations.size(); i++) {
      CompletableFuture<Long> answer = operations.get(i).answer();
      if (answer != null) {
        answer.complete(replies.get(i));
      }
    }
  }

  private List<Long> change(TenantChannel channel, List<Step> operations) {
    try {
      return changeInTurn(channel, operations);
    } finally {
      events.tell();
    }
  }

  private synchronized List<Long> changeInTurn(TenantChannel channel, List<Step> operations) {
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
    for (Step operation : operations) {
      Member member = operation.member();
      String kind = operation.kind();
      if (operation.isHolding()) {
        @Nullable Member held = holdings.member(channel, member.id());
        kind = held == null ? "drop" : "hold";
        member = held == null ? member : held;
      }
      arguments.add(bytes(kind));
      arguments.add(bytes(member.id()));
      arguments.add(bytes(member.json()));
      arguments.add(bytes(Long.toString(operation.timeMillis())));
    }
    unanswered.putIfAbsent(channel, number);
    if (unanswered.size() > MAX_UNANSWERED) {
      var oldest = unanswered.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    List<?> answer = (List<?>) CHANGE.run(redis.commands(), keys.scripts(), arguments);
    unanswered.remove(channel);
    answer.stream().skip(operations.size()).forEach(event -> note(channel, (byte[]) event));
    return answer.stream().limit(operations.size()).map(Long.class::cast).toList();
  }

  private void note(TenantChannel channel, byte[] event) {
    String id = new String(event, 1, event.length - 1, StandardCharsets.UTF_8);
    if (event[0] == '+') {
      events.joined(channel, id);
    } else {
      events.left(channel, id);
    }
  }
}
