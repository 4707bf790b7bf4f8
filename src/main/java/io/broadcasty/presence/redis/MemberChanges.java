package io.broadcasty.presence.redis;

import static io.broadcasty.presence.redis.PresenceKeys.bytes;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.infra.redis.ScriptClock;
import io.broadcasty.infra.redis.ScriptPipeline;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.MemberEvents;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Runs {@code change.lua} for many channels at once, and reports the members that joined or left.
 * Each call has a number, so that one that arrives late has no effect.
 */
final class MemberChanges {

  /** Operations on one channel, which Redis carries out together. */
  record Change(TenantChannel channel, List<PresenceOperation> operations) {}

  /**
   * The results of a change.
   *
   * @param values of each operation; none when a later call of this node has come first
   * @param cursors where operations that go through all members continue; "0" at their end
   * @param failure why there are no results; Redis may have made the change nevertheless
   */
  record Results(List<Long> values, List<String> cursors, @Nullable JedisException failure) {}

  /** The end of an operation that goes through all members. */
  static final String END = "0";

  private static final int MAX_UNANSWERED = 10_000;

  private final Redis redis;
  private final String node;
  private final ToIntFunction<TenantId> maxMembers;
  private final ScriptClock clock;
  private final LocalMemberships memberships;
  private final MemberEvents events;
  private final byte[] publishCommand;
  private final ScriptPipeline pipeline;

  // the lock is held while events are collected, so that they keep the order of the changes
  @GuardedBy("this")
  private long calls;

  /**
   * For each channel, the first call whose reply was lost; what it changed has not been reported
   * yet.
   */
  @GuardedBy("this")
  private final Map<TenantChannel, Long> unanswered = new LinkedHashMap<>();

  MemberChanges(
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
    this.pipeline = new ScriptPipeline(redis, Script.load(MemberChanges.class, "change.lua"));
  }

  /**
   * Makes changes, each of another channel. For any thread.
   *
   * @return the results, in the order of the changes
   */
  List<Results> make(List<Change> changes) {
    try {
      return makeInOrder(changes);
    } finally {
      events.flush();
    }
  }

  private synchronized List<Results> makeInOrder(List<Change> changes) {
    List<ScriptPipeline.Call> sent = new ArrayList<>(changes.size());
    for (Change change : changes) {
      sent.add(call(change, ++calls));
    }
    List<ScriptPipeline.Reply> replies = pipeline.run(sent);
    List<Results> results = new ArrayList<>(changes.size());
    for (int i = 0; i < replies.size(); i++) {
      results.add(results(changes.get(i), replies.get(i)));
    }
    return results;
  }

  @GuardedBy("this")
  private ScriptPipeline.Call call(Change change, long number) {
    TenantChannel channel = change.channel();
    Long lost = unanswered.get(channel);
    PresenceKeys keys = PresenceKeys.of(redis, channel);
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(clock.argumentBytes());
    arguments.add(bytes(node));
    arguments.add(bytes(Integer.toString(maxMembers.applyAsInt(channel.tenant()))));
    arguments.add(bytes(keys.announcements()));
    arguments.add(publishCommand);
    arguments.add(bytes(Long.toString(number)));
    arguments.add(bytes(Long.toString(lost == null ? 0 : lost)));
    for (PresenceOperation operation : change.operations()) {
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
    return new ScriptPipeline.Call(keys.scripts(), arguments);
  }

  @GuardedBy("this")
  private Results results(Change change, ScriptPipeline.Reply reply) {
    if (reply.failure() != null) {
      return new Results(List.of(), List.of(), reply.failure());
    }
    unanswered.remove(change.channel());
    List<?> answer = reply.list();
    int count = change.operations().size();
    answer.stream().skip(count).forEach(event -> addEvent(change.channel(), (byte[]) event));
    List<Long> values = new ArrayList<>(count);
    List<String> cursors = new ArrayList<>(count);
    for (Object each : answer.subList(0, Math.min(count, answer.size()))) {
      boolean hasCursor = each instanceof List<?>;
      values.add((Long) (each instanceof List<?> pair ? pair.get(0) : each));
      cursors.add(hasCursor ? text(((List<?>) each).get(1)) : END);
    }
    return new Results(values, cursors, null);
  }

  private void addEvent(TenantChannel channel, byte[] event) {
    String id = new String(event, 1, event.length - 1, StandardCharsets.UTF_8);
    if (event[0] == '+') {
      events.joined(channel, id);
    } else {
      events.left(channel, id);
    }
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.US_ASCII);
  }
}
