package io.broadcasty.presence.redis;

import static io.broadcasty.presence.redis.PresenceKeys.bytes;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.infra.redis.ScriptClock;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.MemberEvents;
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
final class PresenceOperationQueue {

  private static final System.Logger LOG = System.getLogger(PresenceOperationQueue.class.getName());
  private static final Script CHANGE = Script.load(PresenceOperationQueue.class, "change.lua");
  private static final int MAX_BATCH = 2000;
  private static final int MAX_UNANSWERED = 10_000;

  private final Redis redis;
  private final String node;
  private final ToIntFunction<TenantId> maxMembers;
  private final ScriptClock clock;
  private final LocalMemberships memberships;
  private final byte[] publishCommand;
  private final LinkedBlockingQueue<PresenceOperation> queue = new LinkedBlockingQueue<>();

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
  private final PresenceOperation wakeUp;

  PresenceOperationQueue(
      Redis redis,
      String node,
      ToIntFunction<TenantId> maxMembers,
      ScriptClock clock,
      LocalMemberships memberships,
      MemberEvents events) {
    this.redis = redis;
    this.node = node;
    this.maxMembers = maxMembers;
    this.clock = clock;
    this.memberships = memberships;
    this.events = events;
    this.publishCommand = bytes(redis.hasShardedPubSub() ? "SPUBLISH" : "PUBLISH");
    TenantChannel nowhere = PresenceKeys.parse("none:none");
    this.wakeUp = new PresenceOperation(nowhere, "nothing", new Member("", ""), 0, null);
  }

  int maxMembers(TenantId tenant) {
    return maxMembers.applyAsInt(tenant);
  }

  void add(PresenceOperation operation) {
    queue.add(operation);
  }

  /** Ends the sending thread's wait. */
  void wake() {
    queue.add(wakeUp);
  }

  /** Waits for operations and takes those that are queued. */
  @SuppressWarnings("ReferenceEquality") // one object stands for it
  List<PresenceOperation> take(long millis) throws InterruptedException {
    List<PresenceOperation> taken = new ArrayList<>();
    PresenceOperation first = queue.poll(millis, TimeUnit.MILLISECONDS);
    if (first != null) {
      taken.add(first);
      queue.drainTo(taken, MAX_BATCH);
      taken.removeIf(operation -> operation == wakeUp);
    }
    return taken;
  }

  /** Forgets which channels are listed in Redis, since Redis may have lost them. */
  void forgetListedChannels() {
    listed.clear();
  }

  /**
   * Sends operations.
   *
   * @return those about members held by this node that were not carried out, to be sent again; the
   *     futures of all that failed have completed
   */
  List<PresenceOperation> send(List<PresenceOperation> operations) {
    Map<TenantChannel, List<PresenceOperation>> byChannel = new LinkedHashMap<>();
    for (PresenceOperation operation : operations) {
      byChannel.computeIfAbsent(operation.channel(), c -> new ArrayList<>()).add(operation);
    }
    List<PresenceOperation> again = new ArrayList<>();
    RuntimeException outage = null;
    for (Map.Entry<TenantChannel, List<PresenceOperation>> each : byChannel.entrySet()) {
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
      for (PresenceOperation operation : each.getValue()) {
        CompletableFuture<Long> answer = operation.result();
        if (answer != null) {
          answer.completeExceptionally(outage);
        }
        if (operation.isMembershipUpdate()) {
          again.add(
              PresenceOperation.membershipUpdate(operation.channel(), operation.member().id()));
        }
      }
    }
    return again;
  }

  /** Runs one operation and waits for its result. For any thread. */
  long run(TenantChannel channel, String kind, String id) {
    PresenceOperation operation = new PresenceOperation(channel, kind, new Member(id, ""), 0, null);
    return change(channel, List.of(operation)).get(0);
  }

  private void send(TenantChannel channel, List<PresenceOperation> operations) {
    boolean holding = memberships.isHolding(channel);
    if (holding && !listed.contains(channel)) { // first, or no node would find what is held there
      redis.commands().sadd(PresenceKeys.heldBy(redis, node), PresenceKeys.format(channel));
      listed.add(channel);
    }
    List<Long> replies = change(channel, operations);
    long shortest = shortestLease(operations, replies);
    if (shortest < Long.MAX_VALUE) {
      LeaseExpiryIndex.add(redis, clock, channel, shortest);
    }
    if (!holding && listed.remove(channel)) {
      redis.commands().srem(PresenceKeys.heldBy(redis, node), PresenceKeys.format(channel));
    }
    for (int i = 0; i < operations.size(); i++) {
      CompletableFuture<Long> answer = operations.get(i).result();
      if (answer != null) {
        answer.complete(replies.get(i));
      }
    }
  }

  /** Returns the shortest lease that was given or renewed. */
  private static long shortestLease(List<PresenceOperation> operations, List<Long> replies) {
    long shortest = Long.MAX_VALUE;
    for (int i = 0; i < Math.min(operations.size(), replies.size()); i++) {
      PresenceOperation operation = operations.get(i);
      long reply = replies.get(i);
      boolean renewed = reply == 1 || (reply == 0 && operation.kind().equals("join"));
      if (operation.durationMillis() > 0 && renewed) {
        shortest = Math.min(shortest, operation.durationMillis());
      }
    }
    return shortest;
  }

  private List<Long> change(TenantChannel channel, List<PresenceOperation> operations) {
    try {
      return changeInOrder(channel, operations);
    } finally {
      events.flush();
    }
  }

  private synchronized List<Long> changeInOrder(
      TenantChannel channel, List<PresenceOperation> operations) {
    long number = ++calls;
    Long lost = unanswered.get(channel);
    PresenceKeys keys = PresenceKeys.of(redis, channel);
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(clock.argumentBytes());
    arguments.add(bytes(node));
    arguments.add(bytes(Integer.toString(maxMembers(channel.tenant()))));
    arguments.add(bytes(keys.announcements()));
    arguments.add(publishCommand);
    arguments.add(bytes(Long.toString(number)));
    arguments.add(bytes(Long.toString(lost == null ? 0 : lost)));
    for (PresenceOperation operation : operations) {
      Member member = operation.member();
      String kind = operation.kind();
      if (operation.isMembershipUpdate()) {
        @Nullable Member held = memberships.member(channel, member.id());
        kind = held == null ? "drop" : "hold";
        member = held == null ? member : held;
      }
      arguments.add(bytes(kind));
      arguments.add(bytes(member.id()));
      arguments.add(bytes(member.json()));
      arguments.add(bytes(Long.toString(operation.durationMillis())));
    }
    unanswered.putIfAbsent(channel, number);
    if (unanswered.size() > MAX_UNANSWERED) {
      var oldest = unanswered.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    List<?> answer = (List<?>) CHANGE.run(redis.commands(), keys.scripts(), arguments);
    unanswered.remove(channel);
    answer.stream().skip(operations.size()).forEach(event -> addEvent(channel, (byte[]) event));
    return answer.stream().limit(operations.size()).map(Long.class::cast).toList();
  }

  private void addEvent(TenantChannel channel, byte[] event) {
    String id = new String(event, 1, event.length - 1, StandardCharsets.UTF_8);
    if (event[0] == '+') {
      events.joined(channel, id);
    } else {
      events.left(channel, id);
    }
  }
}
