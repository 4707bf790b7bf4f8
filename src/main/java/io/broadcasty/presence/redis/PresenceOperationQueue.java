package io.broadcasty.presence.redis;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.ScriptClock;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.redis.MemberChanges.Change;
import io.broadcasty.presence.redis.MemberChanges.Results;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Queues presence operations for Redis. Any thread may add some; one thread takes the queued ones
 * and calls one script for each channel, many channels in one round trip.
 */
final class PresenceOperationQueue {

  private static final System.Logger LOG = System.getLogger(PresenceOperationQueue.class.getName());
  private static final int MAX_BATCH = 2000;

  /** The maximum number of operations in a run of the script, so that none takes long. */
  private static final int MAX_OPERATIONS = 100;

  /** The maximum numbers of channels and operations in a round trip. */
  private static final int MAX_CHANNELS = 250;

  private static final int MAX_OPERATIONS_AT_ONCE = 1000;

  private final Redis redis;
  private final String node;
  private final ScriptClock clock;
  private final LocalMemberships memberships;
  private final MemberChanges changes;
  private final LinkedBlockingQueue<PresenceOperation> queue = new LinkedBlockingQueue<>();

  /** Channels that are listed in Redis as having members of this node. */
  private final Set<TenantChannel> listed = new HashSet<>(); // by the sending thread only

  /** An operation that does nothing, to wake the sending thread. */
  private final PresenceOperation wakeUp;

  PresenceOperationQueue(
      Redis redis,
      String node,
      ScriptClock clock,
      LocalMemberships memberships,
      MemberChanges changes) {
    this.redis = redis;
    this.node = node;
    this.clock = clock;
    this.memberships = memberships;
    this.changes = changes;
    TenantChannel nowhere = PresenceKeys.parse("none:none");
    this.wakeUp = new PresenceOperation(nowhere, "nothing", new Member("", ""), 0, null);
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
   * Sends operations, those of a channel in their order.
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
    for (int from = 0; !byChannel.isEmpty(); from += MAX_OPERATIONS) {
      List<Change> round = new ArrayList<>();
      for (Map.Entry<TenantChannel, List<PresenceOperation>> each : byChannel.entrySet()) {
        List<PresenceOperation> all = each.getValue();
        int end = Math.min(all.size(), from + MAX_OPERATIONS);
        round.add(new Change(each.getKey(), all.subList(from, end)));
      }
      Map<TenantChannel, RuntimeException> failed = sendInWindows(round);
      int begin = from;
      failed.forEach(
          (channel, failure) -> {
            List<PresenceOperation> all = byChannel.getOrDefault(channel, List.of());
            fail(all.subList(begin, all.size()), failure, again);
          });
      int end = from + MAX_OPERATIONS;
      byChannel
          .entrySet()
          .removeIf(each -> failed.containsKey(each.getKey()) || each.getValue().size() <= end);
    }
    return again;
  }

  private static void fail(
      List<PresenceOperation> operations, RuntimeException failure, List<PresenceOperation> again) {
    for (PresenceOperation operation : operations) {
      CompletableFuture<Long> answer = operation.result();
      if (answer != null) {
        answer.completeExceptionally(failure);
      }
      if (operation.isMembershipUpdate()) {
        again.add(PresenceOperation.membershipUpdate(operation.channel(), operation.member().id()));
      }
    }
  }

  /** Makes changes of different channels; returns the failures by channel. */
  private Map<TenantChannel, RuntimeException> sendInWindows(List<Change> round) {
    Map<TenantChannel, RuntimeException> failed = new LinkedHashMap<>();
    List<Change> window = new ArrayList<>();
    int operations = 0;
    for (Change change : round) {
      int count = change.operations().size();
      if (window.size() == MAX_CHANNELS || operations + count > MAX_OPERATIONS_AT_ONCE) {
        sendWindow(window, failed);
        window.clear();
        operations = 0;
      }
      window.add(change);
      operations += count;
    }
    sendWindow(window, failed);
    return failed;
  }

  private void sendWindow(List<Change> window, Map<TenantChannel, RuntimeException> failed) {
    try {
      Set<TenantChannel> held = new HashSet<>();
      window.stream().map(Change::channel).filter(memberships::isHolding).forEach(held::add);
      list(held); // first, or no node would find what is held there
      List<Results> results = changes.make(window);
      Map<TenantChannel, Long> leases = new LinkedHashMap<>();
      for (int i = 0; i < window.size(); i++) {
        Change change = window.get(i);
        JedisException failure = results.get(i).failure();
        if (failure != null) {
          failed.put(change.channel(), failure);
        } else {
          long shortest = shortestLease(change.operations(), results.get(i).values());
          if (shortest < Long.MAX_VALUE) {
            leases.put(change.channel(), shortest);
          }
        }
      }
      LeaseExpiryIndex.add(redis, clock, leases);
      unlist(window.stream().map(Change::channel).filter(c -> !held.contains(c)).toList(), failed);
      for (int i = 0; i < window.size(); i++) {
        if (!failed.containsKey(window.get(i).channel())) {
          answer(window.get(i).operations(), results.get(i).values());
        }
      }
    } catch (RuntimeException e) {
      if (!(e instanceof JedisException)) {
        LOG.log(Level.ERROR, "Cannot change members on Redis; it will be tried again", e);
      }
      window.forEach(change -> failed.putIfAbsent(change.channel(), e));
    }
  }

  private static void answer(List<PresenceOperation> operations, List<Long> values) {
    for (int i = 0; i < Math.min(operations.size(), values.size()); i++) {
      CompletableFuture<Long> answer = operations.get(i).result();
      if (answer != null) {
        answer.complete(values.get(i));
      }
    }
  }

  private void list(Set<TenantChannel> held) {
    List<TenantChannel> unlisted = held.stream().filter(c -> !listed.contains(c)).toList();
    if (!unlisted.isEmpty()) {
      redis.commands().sadd(PresenceKeys.heldBy(redis, node), formatted(unlisted));
      listed.addAll(unlisted);
    }
  }

  private void unlist(List<TenantChannel> released, Map<TenantChannel, ?> failed) {
    List<TenantChannel> done =
        released.stream().filter(c -> !failed.containsKey(c) && listed.contains(c)).toList();
    if (!done.isEmpty()) {
      redis.commands().srem(PresenceKeys.heldBy(redis, node), formatted(done));
      done.forEach(listed::remove);
    }
  }

  private static String[] formatted(List<TenantChannel> channels) {
    return channels.stream().map(PresenceKeys::format).toArray(String[]::new);
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
}
