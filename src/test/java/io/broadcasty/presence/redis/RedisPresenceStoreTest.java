package io.broadcasty.presence.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.TcpProxy;
import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.cluster.nodes.redis.Heartbeat;
import io.broadcasty.cluster.nodes.redis.RedisNodeRegistry;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisCluster;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.infra.redis.ScriptClock;
import io.broadcasty.infra.redis.StoredKeys;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.JoinOutcome;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.MemberEvents;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.presence.PresenceStoreContract;
import io.broadcasty.streams.broker.Epochs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Tests the presence store on a real Redis: the contract on one node, and several nodes on a Redis
 * that fails.
 */
@Tag("stores")
class RedisPresenceStoreTest extends PresenceStoreContract {

  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Queue<Runnable> delayed = new ConcurrentLinkedQueue<>();
  private final List<Redis> connected = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();

  /** A node, the changes that it was notified of, and a way to kill it. */
  private final class Node {
    private final List<PresenceChange> receivedChanges = new CopyOnWriteArrayList<>();
    private final RecordingListener recordedEvents = new RecordingListener();
    private final Redis redis;
    private final RedisPresenceStore store;
    private final RedisNodeRegistry registry;

    Node(RedisSettings settings) {
      redis = Redis.open(settings);
      NodeInfo self = new NodeInfo(Epochs.next(), "here", "1", Instant.EPOCH, false, Instant.EPOCH);
      registry = new RedisNodeRegistry(redis, () -> self, Heartbeat.DEFAULT, Ticker.system());
      store =
          new RedisPresenceStore(
              redis,
              self.name(),
              () -> registry.nodes().stream().map(NodeInfo::name).toList(),
              tenant -> 1000,
              Ticker.system(),
              receivedChanges::add,
              Thread::new,
              Runnable::run,
              recordedEvents);
      registry.start(
          List.of(
              new NodeRegistry.Listener() {
                @Override
                public void onGone(String node) {
                  store.removeNode(node);
                }

                @Override
                public void onSelfExpired() {
                  store.resendMembers();
                }
              }),
          Thread::new);
      got(store.follow(ROOM));
      nodes.add(this);
    }

    /** Stops the node like kill -9: it sends nothing more to Redis. */
    void kill() {
      redis.close();
    }

    void join(String id) {
      assertInstanceOf(
          JoinOutcome.Joined.class,
          got(store.join(ROOM, new Member(id, "{}"), new Holder.Connection("c-" + id))));
    }

    Set<String> present() {
      Set<String> present = new HashSet<>();
      for (PresenceChange change : receivedChanges) {
        change.joined().forEach(member -> present.add(member.id()));
        present.removeAll(change.left());
      }
      return present;
    }

    long leaves() {
      return receivedChanges.stream().mapToLong(change -> change.left().size()).sum();
    }
  }

  @Override
  protected PresenceStore open(ToIntFunction<TenantId> maxMembers) {
    Redis redis = Redis.open(RedisServer.shared().settings());
    connected.add(redis);
    return new RedisPresenceStore(
        redis,
        Epochs.next(),
        List::of,
        maxMembers,
        time,
        () -> Long.toString(time.nowMillis()),
        changes::add,
        Thread::new,
        delayed::add,
        recordedEvents);
  }

  @Override
  protected Set<String> stored() {
    Set<String> keys = StoredKeys.of(connected.get(0));
    keys.removeIf(key -> key.endsWith(":lock")); // of whichever node expires leases just now
    return keys;
  }

  @Override
  protected void awaitNotifications(TenantChannel channel) {
    got(((RedisPresenceStore) store).flushed(channel));
    store.members(channel, null, 1);
    for (Runnable task = delayed.poll(); task != null; task = delayed.poll()) {
      task.run();
    }
  }

  @AfterEach
  void disconnect() {
    nodes.forEach(node -> node.store.close());
    nodes.forEach(node -> node.registry.close());
    nodes.forEach(node -> node.redis.close());
    connected.forEach(Redis::close);
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  @Test
  void everyNodeSeesEveryMemberComeAndGoOnce() {
    RedisSettings settings = RedisServer.shared().settings();
    Node one = new Node(settings);
    Node two = new Node(settings);
    one.join("ann");
    two.join("ann");
    two.join("bob");
    for (Node node : List.of(one, two)) {
      await("both", () -> node.present().equals(Set.of("ann", "bob")));
    }
    assertTrue(got(one.store.leave(ROOM, "ann", new Holder.Connection("c-ann"))));
    assertTrue(got(two.store.leave(ROOM, "bob", new Holder.Connection("c-bob"))));
    for (Node node : List.of(one, two)) {
      await("bob's leave", () -> node.present().equals(Set.of("ann")));
      assertEquals(1, node.leaves());
    }
    Node three = new Node(settings);
    assertEquals(List.of("ann"), ids(three));
    assertEquals(
        List.of("+ann"),
        events(one.recordedEvents, ROOM),
        "reported by the node that made the change");
    assertEquals(List.of("+bob", "-bob"), events(two.recordedEvents, ROOM));
    assertEquals(List.of(), events(three.recordedEvents, ROOM));
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT) // most of it is waiting
  void notifiesTheListenerOfChangesWhoseRepliesWereLost() {
    RedisSettings settings = RedisServer.shared().settings();
    Member ann = new Member("ann", "{}");
    Member bob = new Member("bob", "{}");
    RecordingListener told = new RecordingListener();
    try (TcpProxy gate = new TcpProxy(RedisServer.shared().port());
        Redis direct = Redis.open(settings);
        Redis gated =
            Redis.open(
                RedisSettings.parse("redis://127.0.0.1:" + gate.port(), settings.prefix(), 16))) {
      byte[] members = PresenceKeys.of(direct, ROOM).scripts().get(0);
      LocalMemberships held = new LocalMemberships(Ticker.system());
      MemberChanges changes = changes(gated, "node", held, told);
      PresenceOperationQueue steps = operations(gated, "node", held, changes);
      MemberSweep sweep = new MemberSweep(changes);
      held.hold(ROOM, ann, "c");
      held.hold(ROOM, bob, "c");
      assertEquals(List.of(), steps.send(List.of(holding(ann), holding(bob))));

      gate.swallowAll(TcpProxy.Direction.TO_CLIENT);
      held.release(ROOM, "ann", "c");
      List<PresenceOperation> again = steps.send(List.of(holding(ann)));
      assertEquals(1, again.size());
      assertFalse(direct.commands().hexists(members, PresenceKeys.bytes("ann")));
      held.hold(ROOM, ann, "c"); // has no effect, since no connection is made
      assertEquals(1, steps.send(again).size());
      assertEquals(List.of("+ann", "+bob"), events(told, ROOM));
      gate.restore();
      assertEquals(List.of(), steps.send(again));
      assertEquals(List.of("+ann", "+bob", "-ann", "+ann"), events(told, ROOM));

      LocalMemberships ofOther = new LocalMemberships(Ticker.system());
      ofOther.hold(ROOM, new Member("cid", "{}"), "c");
      RecordingListener toldOther = new RecordingListener();
      PresenceOperation cid = holding(new Member("cid", "{}"));
      PresenceOperationQueue other =
          operations(direct, "other", ofOther, changes(direct, "other", ofOther, toldOther));
      assertEquals(List.of(), other.send(List.of(cid)));
      assertEquals(List.of("+cid"), events(toldOther, ROOM));
      gate.swallowAll(TcpProxy.Direction.TO_CLIENT);
      assertThrows(JedisException.class, () -> sweep.forget(List.of(ROOM), "other"));
      gate.restore();
      assertFalse(direct.commands().hexists(members, PresenceKeys.bytes("cid")));
      sweep.forget(List.of(ROOM), "other");
      sweep.forget(List.of(ROOM), "other");
      assertEquals(List.of("+ann", "+bob", "-ann", "+ann", "-cid"), events(told, ROOM));
    }
  }

  private static PresenceOperation holding(Member member) {
    return new PresenceOperation(ROOM, PresenceOperation.MEMBERSHIP_UPDATE, member, 0, null);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT) // most of it is waiting
  void theMembersOfAKilledNodeLeaveOnceWithinFifteenSeconds() {
    RedisSettings settings = RedisServer.shared().settings();
    Node one = new Node(settings);
    Node two = new Node(settings);
    Node three = new Node(settings);
    LockSupport.parkNanos(Duration.ofSeconds(9).toNanos()); // they have lived for a while
    for (int i = 0; i < 20; i++) {
      two.join("m" + i);
    }
    one.join("m0");
    await("all", () -> three.present().size() == 20);
    long began = System.nanoTime();
    two.kill();
    await("the leaves", () -> three.present().size() == 1 && one.present().size() == 1);
    assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(15));
    assertEquals(Set.of("m0"), one.present());
    assertEquals(19, one.leaves());
    assertEquals(19, three.leaves());
    List<String> leaves = new ArrayList<>(events(one.recordedEvents, ROOM));
    leaves.addAll(events(three.recordedEvents, ROOM));
    assertEquals(19, leaves.size(), () -> leaves + " by both survivors");
    assertEquals(19, new HashSet<>(leaves).size());
    assertTrue(leaves.stream().allMatch(leave -> leave.startsWith("-m")), leaves::toString);
  }

  @Test
  void aStoppingNodeRemovesItsMembersAtOnce() {
    RedisSettings settings = RedisServer.shared().settings();
    Node one = new Node(settings);
    Node two = new Node(settings);
    two.join("ann");
    await("her", () -> one.present().equals(Set.of("ann")));
    two.store.close();
    await("her leave", () -> one.present().isEmpty());
  }

  @Test
  void membersSurviveAnOutageAndALossOfData() {
    try (RedisServer server = RedisServer.start("--save", "", "--appendonly", "yes")) {
      Node one = new Node(server.settings());
      Node two = new Node(one.redis.settings());
      one.join("ann");
      two.join("bob");
      two.join("cid");
      await("three", () -> one.present().size() == 3);
      server.kill();
      assertTrue(got(two.store.leave(ROOM, "cid", new Holder.Connection("c-cid"))));
      assertInstanceOf(
          JoinOutcome.Unavailable.class,
          got(one.store.join(ROOM, new Member("dan", "{}"), new Holder.Connection("c-dan"))));
      server.restart();
      await("cid's leave", () -> one.present().equals(Set.of("ann", "bob")));
      assertEquals(1, one.leaves(), "the others have not been away");
      Holder.Lease lease = new Holder.Lease(Duration.ofMinutes(5));
      got(one.store.join(ROOM, new Member("gus", "{}"), lease));
      got(one.store.join(ROOM, new Member("hal", "{}"), lease));
      assertTrue(got(one.store.leave(ROOM, "hal", lease)));
      server.kill();
      server.deleteFiles();
      server.restart();
      await("all again", () -> Set.copyOf(ids(two)).equals(Set.of("ann", "bob", "gus")));
      byte[] members = PresenceKeys.of(one.redis, ROOM).scripts().get(0);
      one.redis.commands().del(PresenceKeys.of(one.redis, ROOM).scripts().toArray(byte[][]::new));
      assertTrue(got(one.store.renew(ROOM, "gus", lease)), "without its member's doing");
      assertTrue(one.redis.commands().hexists(members, PresenceKeys.bytes("gus")));
      assertFalse(got(one.store.renew(ROOM, "hal", lease)));
      assertFalse(got(two.store.renew(ROOM, "nobody", lease)));
      assertTrue(got(one.store.leave(ROOM, "gus", lease)));
      one.store.resendMembers();
      await("both again", () -> Set.copyOf(ids(two)).equals(Set.of("ann", "bob")));
      await("both here", () -> one.present().equals(Set.of("ann", "bob")));
      nodes.forEach(node -> node.store.close());
      nodes.forEach(node -> node.registry.close());
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT) // most of it is waiting
  void whatAFailoverLosesIsWrittenAgainAlthoughNoCallFails() {
    try (RedisCluster cluster = RedisCluster.start(true)) {
      Node one = new Node(cluster.settings());
      Node two = new Node(one.redis.settings());
      for (String id : List.of("ann", "bob", "cid", "dan")) {
        one.join(id);
      }
      await("four", () -> two.present().size() == 4);
      byte[] key = PresenceKeys.of(one.redis, ROOM).scripts().get(0);
      cluster.failOver(
          key,
          () -> {
            one.join("eve");
            two.join("fay");
            assertTrue(got(one.store.leave(ROOM, "bob", new Holder.Connection("c-bob"))));
            await("both", () -> two.present().equals(Set.of("ann", "cid", "dan", "eve", "fay")));
          });
      Set<String> all = Set.of("ann", "cid", "dan", "eve", "fay");
      await("what was lost", () -> one.redis.commands().hlen(key) == 5);
      await("all", () -> Set.copyOf(ids(one)).equals(all) && Set.copyOf(ids(two)).equals(all));
      await("all here", () -> one.present().equals(all) && two.present().equals(all));
      nodes.forEach(node -> node.store.close());
      nodes.forEach(node -> node.registry.close());
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT) // most of it is waiting
  void theMembersOfAKilledNodeLeaveAlthoughTheIndexIsLost() {
    RedisSettings settings = RedisServer.shared().settings();
    Node one = new Node(settings);
    Node two = new Node(settings);
    TenantChannel unfollowed = new TenantChannel(ROOM.tenant(), new ChannelName("presence-other"));
    two.join("ann");
    got(two.store.join(unfollowed, new Member("bob", "{}"), new Holder.Connection("c-bob")));
    await("her", () -> one.present().equals(Set.of("ann")));
    two.kill();
    one.redis.commands().del(PresenceKeys.heldBy(one.redis, two.registry.self()));
    await("her leave", () -> one.present().isEmpty());
    assertEquals(1, one.leaves());
    byte[] members = PresenceKeys.of(one.redis, unfollowed).scripts().get(0);
    assertTrue(one.redis.commands().hexists(members, PresenceKeys.bytes("bob")));
    one.store.members(unfollowed, null, 10);
    await("his leave", () -> !one.redis.commands().hexists(members, PresenceKeys.bytes("bob")));
  }

  @Test
  void aLateCallHasNoEffect() {
    Redis redis = Redis.open(RedisServer.shared().settings());
    connected.add(redis);
    LocalMemberships before =
        new LocalMemberships(Ticker.system()); // when she was not held, or no longer
    PresenceOperationQueue late =
        operations(redis, "node", before, changes(redis, "node", before, RealtimeListener.NONE));
    LocalMemberships now = new LocalMemberships(Ticker.system());
    MemberChanges changes = changes(redis, "node", now, RealtimeListener.NONE);
    PresenceOperationQueue steps = operations(redis, "node", now, changes);
    MemberSweep sweep = new MemberSweep(changes);
    Member ann = new Member("ann", "{}");
    PresenceOperation step =
        new PresenceOperation(ROOM, PresenceOperation.MEMBERSHIP_UPDATE, ann, 0, null);
    now.hold(ROOM, ann, "c");
    assertEquals(List.of(), steps.send(List.of(step)));
    assertEquals(List.of(), steps.send(List.of(step)));

    assertEquals(List.of(), late.send(List.of(step)));
    PresenceKeys keys = PresenceKeys.of(redis, ROOM);
    assertTrue(redis.commands().hexists(keys.scripts().get(0), PresenceKeys.bytes("ann")));

    sweep.forget(List.of(ROOM), "node"); // another node considers it dead
    assertFalse(redis.commands().hexists(keys.scripts().get(0), PresenceKeys.bytes("ann")));
    assertEquals(List.of(), steps.send(List.of(step)));
    assertTrue(redis.commands().hexists(keys.scripts().get(0), PresenceKeys.bytes("ann")));
  }

  private static PresenceOperationQueue operations(
      Redis redis, String node, LocalMemberships holdings, MemberChanges changes) {
    return new PresenceOperationQueue(redis, node, ScriptClock.ofRedis(), holdings, changes);
  }

  private static MemberChanges changes(
      Redis redis, String node, LocalMemberships holdings, RealtimeListener listener) {
    return new MemberChanges(
        redis, node, tenant -> 10, ScriptClock.ofRedis(), holdings, new MemberEvents(listener));
  }

  private static List<String> ids(Node node) {
    try {
      return node.store.members(ROOM, null, 1000).members().stream().map(Member::id).toList();
    } catch (RuntimeException e) {
      return List.of();
    }
  }
}
