package io.broadcasty.delivery.occupancy.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.delivery.occupancy.ChannelState;
import io.broadcasty.delivery.occupancy.OccupancyAnswer;
import io.broadcasty.delivery.occupancy.OccupancyChange;
import io.broadcasty.delivery.occupancy.OccupancyException;
import io.broadcasty.delivery.occupancy.OccupancyStore;
import io.broadcasty.delivery.occupancy.OccupancyTiming;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Stores in Redis which channels have subscribers on which nodes. Each channel has one key, which
 * one script changes. Each node has a key with the channels that it reports as occupied, written
 * before each report, by which the others find what to remove when the node is dead. Changes are
 * sent in batches, in one pipeline for each server.
 */
public final class RedisOccupancyStore implements OccupancyStore {

  /** How long the report of a node is valid that does not run, if no other node removes it. */
  private static final Duration REPORT_VALIDITY = Duration.ofMinutes(10);

  /** How long a node that was considered dead can find out that its channels were removed. */
  private static final Duration EMPTY_KEPT_FOR = Duration.ofMinutes(10);

  /** Twice as long as a node takes to report all of its channels again. */
  private static final Duration OCCUPIED_KEPT_FOR =
      OccupancyTiming.LONGEST_RENEWAL.multipliedBy(2).plusHours(1);

  private static final Duration LIST_KEPT_FOR = OCCUPIED_KEPT_FOR;

  private static final Script CHANGE = Script.load(RedisOccupancyStore.class, "change.lua");
  private static final OccupancyAnswer[] ANSWERS = {
    OccupancyAnswer.NOTHING,
    OccupancyAnswer.OCCUPIED,
    OccupancyAnswer.VACATED,
    OccupancyAnswer.WAIT,
    OccupancyAnswer.RETURNED
  };

  private final Redis redis;
  private final String self;
  private final Supplier<? extends Collection<String>> liveNodes;
  private final Ticker ticker;

  /**
   * @param redis stays open when the store is closed
   * @param self this node's name
   * @param liveNodes returns the names of the nodes that run; empty as long as they are unknown
   */
  public RedisOccupancyStore(
      Redis redis, String self, Supplier<? extends Collection<String>> liveNodes, Ticker ticker) {
    this.redis = redis;
    this.self = self;
    this.liveNodes = liveNodes;
    this.ticker = ticker;
  }

  @Override
  public Map<OccupancyChange, OccupancyAnswer> apply(List<OccupancyChange> changes) {
    List<OccupancyChange> possible = new ArrayList<>();
    for (OccupancyChange change : changes) {
      if (!redis.availability().isDown(key(change.channel()))) {
        possible.add(change);
      }
    }
    if (possible.isEmpty()) {
      throw new OccupancyException("Redis cannot be reached", null);
    }
    return call(
        () -> {
          listUnderNode(possible);
          return changed(possible);
        });
  }

  /**
   * Lists channels under their node before they are occupied: otherwise no node would find them if
   * this one died now.
   */
  private void listUnderNode(List<OccupancyChange> changes) {
    List<String> occupied = new ArrayList<>();
    for (OccupancyChange change : changes) {
      switch (change.kind()) {
        case OCCUPY, OCCUPY_AGAIN, RENEW -> occupied.add(text(change.channel()));
        case LEAVE, LEAVE_AGAIN, TOLD_VACATED -> {}
      }
    }
    if (!occupied.isEmpty()) {
      String key = listKey(self);
      redis.commands().sadd(key, occupied.toArray(String[]::new));
      redis.commands().pexpire(key, LIST_KEPT_FOR.toMillis());
    }
  }

  private Map<OccupancyChange, OccupancyAnswer> changed(List<OccupancyChange> changes) {
    Map<OccupancyChange, OccupancyAnswer> answers = new HashMap<>(send(changes));
    if (answers.size() == changes.size()) {
      return answers;
    }
    List<OccupancyChange> rest =
        new ArrayList<>(changes.stream().filter(change -> !answers.containsKey(change)).toList());
    OccupancyChange first = rest.remove(0);
    // a single call sends the script along, and follows a key that has moved
    Object answer = CHANGE.run(redis.commands(), List.of(key(first.channel())), arguments(first));
    answers.put(first, answer(answer));
    answers.putAll(send(rest));
    return answers;
  }

  private Map<OccupancyChange, OccupancyAnswer> send(List<OccupancyChange> changes) {
    Map<OccupancyChange, OccupancyAnswer> answers = new HashMap<>();
    redis
        .queryAll(
            changes,
            change -> key(change.channel()),
            (pipeline, change) ->
                CHANGE.queue(pipeline, List.of(key(change.channel())), arguments(change)))
        .forEach((change, answer) -> answers.put(change, answer(answer)));
    return answers;
  }

  private List<byte[]> arguments(OccupancyChange change) {
    String kind =
        switch (change.kind()) {
          case OCCUPY -> "o";
          case LEAVE -> "l";
          case OCCUPY_AGAIN, RENEW -> "O";
          case LEAVE_AGAIN -> "L";
          case TOLD_VACATED -> "t";
        };
    return List.of(
        self.getBytes(UTF_8),
        kind.getBytes(UTF_8),
        change.node().getBytes(UTF_8),
        bytes(change.number()),
        bytes(REPORT_VALIDITY.toMillis()),
        bytes(ChannelState.MAX_NOTIFICATION_MILLIS),
        bytes(EMPTY_KEPT_FOR.toMillis()),
        bytes(OCCUPIED_KEPT_FOR.toMillis()),
        bytes(change.goneMillis(ticker.readNanos())),
        runningNodes().getBytes(UTF_8));
  }

  @Override
  public Collection<TenantChannel> channelsOf(String node, int limit) {
    return call(
        () ->
            redis.commands().srandmember(listKey(node), limit).stream()
                .map(RedisOccupancyStore::channel)
                .toList());
  }

  @Override
  public void release(String node, Collection<TenantChannel> channels) {
    String[] texts = channels.stream().map(RedisOccupancyStore::text).toArray(String[]::new);
    Long unused = call(() -> redis.commands().srem(listKey(node), texts));
  }

  @Override
  public void close() {}

  private static <T> T call(Supplier<T> question) {
    try {
      return question.get();
    } catch (JedisException e) {
      throw new OccupancyException("Redis did not answer", e);
    }
  }

  private byte[] key(TenantChannel channel) {
    return redis.key("occ:{" + text(channel) + "}").getBytes(UTF_8);
  }

  private String listKey(String node) {
    return redis.key("ocn:" + node);
  }

  private String runningNodes() {
    Collection<String> nodes = liveNodes.get();
    return nodes.isEmpty() ? "*" : String.join(" ", nodes);
  }

  private static byte[] bytes(long number) {
    return Long.toString(number).getBytes(UTF_8);
  }

  private static OccupancyAnswer answer(Object reply) {
    return ANSWERS[((Long) reply).intValue()];
  }

  private static String text(TenantChannel channel) {
    return channel.tenant() + ":" + channel.name();
  }

  private static TenantChannel channel(String text) {
    int colon = text.indexOf(':');
    return new TenantChannel(
        new TenantId(text.substring(0, colon)), new ChannelName(text.substring(colon + 1)));
  }
}
