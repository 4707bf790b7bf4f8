package io.broadcasty.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.lifecycle.ChannelEvent.MemberJoined;
import io.broadcasty.core.lifecycle.ChannelEvent.MemberLeft;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract of every {@link PresenceStore}; every implementation's test extends it. */
public abstract class PresenceStoreContract {

  protected static final int MAX_MEMBERS = 20_000;
  protected static final TenantChannel ROOM = channel("acme", "presence-room");
  private static final Holder.Lease MINUTE = new Holder.Lease(Duration.ofMinutes(1));

  protected final ManualTime time = new ManualTime();
  protected final List<PresenceChange> changes = new CopyOnWriteArrayList<>();

  /** Records the events that the node's listener received. */
  protected final RecordingListener recordedEvents = new RecordingListener();

  @SuppressWarnings("NullAway.Init")
  protected PresenceStore store;

  /** Returns an empty store that notifies {@link #changes} and {@link #recordedEvents}. */
  protected abstract PresenceStore open(ToIntFunction<TenantId> maxMembers) throws Exception;

  /** Lets the time pass in which changes are gathered, and waits for their notification. */
  protected final void awaitNotifications() {
    awaitNotifications(ROOM);
  }

  /** Settles another channel. */
  protected abstract void awaitNotifications(TenantChannel channel);

  /** Returns the names of what the store has stored; empty if it is in memory. */
  protected Set<String> stored() {
    return Set.of();
  }

  @BeforeEach
  void openStore() throws Exception {
    store = open(tenant -> MAX_MEMBERS);
    store.follow(ROOM).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  protected static TenantChannel channel(String tenant, String name) {
    return new TenantChannel(new TenantId(tenant), new ChannelName(name));
  }

  protected static Holder connection(String id) {
    return new Holder.Connection(id);
  }

  protected static <T> T got(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no answer", e);
    }
  }

  protected boolean join(TenantChannel channel, String id, Holder holder) {
    Member member = new Member(id, "{\"id\":\"" + id + "\"}");
    return assertInstanceOf(JoinOutcome.Joined.class, got(store.join(channel, member, holder)))
        .first();
  }

  protected List<String> ids(TenantChannel channel) {
    List<String> ids = new ArrayList<>();
    String after = null;
    do {
      PresencePage page = store.members(channel, after, 1000);
      page.members().forEach(member -> ids.add(member.id()));
      after = page.next();
    } while (after != null);
    return ids;
  }

  /**
   * Returns the members by the reported changes; each change must follow the previous one and have
   * an effect.
   */
  protected Set<String> reportedMembers() {
    Set<String> present = new HashSet<>();
    long version = 0;
    for (PresenceChange change : changes) {
      assertEquals(++version, change.version());
      assertEquals(ROOM, change.channel());
      for (String id : change.left()) {
        assertTrue(present.remove(id), () -> id + " left without having come");
      }
      for (Member member : change.joined()) {
        present.add(member.id());
      }
      assertFalse(change.joined().isEmpty() && change.left().isEmpty());
    }
    return present;
  }

  @Test
  void knowsTheChannelsOfATenantWithMembers() {
    TenantChannel lobby = channel("acme", "presence-lobby");
    TenantChannel left = channel("acme", "presence-left");
    TenantChannel other = channel("globex", "presence-other");
    assertTrue(join(lobby, "ann", MINUTE));
    assertTrue(join(ROOM, "bob", connection("c1")));
    assertTrue(join(other, "ann", MINUTE));
    assertTrue(join(left, "ann", connection("c2")));
    assertTrue(got(store.leave(left, "ann", connection("c2"))));
    for (TenantChannel each : List.of(lobby, ROOM, left, other)) {
      awaitNotifications(each);
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    Set<ChannelName> expected = Set.of(lobby.name(), ROOM.name());
    Set<ChannelName> found = store.channels(lobby.tenant());
    while (!found.equals(expected) && System.nanoTime() < deadline) { // written a moment later
      LockSupport.parkNanos(5_000_000);
      found = store.channels(lobby.tenant());
    }
    assertEquals(expected, found);
    assertEquals(Set.of(other.name()), store.channels(other.tenant()));
    assertEquals(Set.of(), store.channels(new TenantId("none")));
  }

  @Test
  void readingAndRenewingUnknownMembersStoresNothing() {
    join(ROOM, "ann", connection("c1"));
    awaitNotifications();
    Set<String> before = stored();
    for (int i = 0; i < 20; i++) {
      TenantChannel unknown = channel("acme", "presence-unknown" + i);
      assertEquals(List.of(), store.members(unknown, null, 10).members());
      got(store.follow(unknown));
      assertEquals(List.of(), store.members(unknown, "x", 10).members());
      assertFalse(got(store.renew(unknown, "ann", MINUTE)));
      store.unfollow(unknown);
    }
    store.expire();
    awaitNotifications();
    assertEquals(before, stored());
  }

  @Test
  void aMemberWithSeveralConnectionsJoinsOnceAndLeavesOnce() {
    assertTrue(join(ROOM, "ann", connection("1")));
    awaitNotifications();
    assertFalse(join(ROOM, "ann", connection("2")));
    assertFalse(join(ROOM, "ann", connection("2")));
    awaitNotifications();
    assertEquals(1, changes.size());
    assertTrue(got(store.leave(ROOM, "ann", connection("1"))));
    assertFalse(got(store.leave(ROOM, "ann", connection("1"))));
    awaitNotifications();
    assertEquals(Set.of("ann"), reportedMembers());
    assertTrue(got(store.leave(ROOM, "ann", connection("2"))));
    awaitNotifications();
    assertEquals(Set.of(), reportedMembers());
    assertEquals(2, changes.size());
    assertEquals(List.of(), ids(ROOM));
    assertFalse(got(store.leave(ROOM, "ann", connection("2"))));
  }

  /**
   * Returns {@code +id} and {@code -id} of the members that joined and left, as a listener was
   * notified.
   */
  protected static List<String> events(RecordingListener received, TenantChannel channel) {
    List<String> events = new ArrayList<>();
    for (ChannelEvent event : received.ofType(ChannelEvent.class)) {
      if (event instanceof MemberJoined joined && joined.channel().equals(channel)) {
        events.add("+" + joined.memberId());
      } else if (event instanceof MemberLeft left && left.channel().equals(channel)) {
        events.add("-" + left.memberId());
      }
    }
    return events;
  }

  /**
   * Asserts that each member joins and leaves alternately; returns the members that have not left.
   */
  protected static Set<String> assertAlternating(List<String> events) {
    Set<String> present = new HashSet<>();
    for (String event : events) {
      String id = event.substring(1);
      assertTrue(
          event.charAt(0) == '+' ? present.add(id) : present.remove(id),
          () -> event + " in " + events);
    }
    return present;
  }

  @Test
  void notifiesTheListenerOnceForSeveralHolders() {
    join(ROOM, "ann", connection("1"));
    join(ROOM, "ann", connection("2"));
    join(ROOM, "ann", MINUTE);
    awaitNotifications();
    got(store.join(ROOM, new Member("ann", "{\"id\":\"ann\",\"n\":1}"), connection("2")));
    got(store.leave(ROOM, "ann", connection("1")));
    got(store.leave(ROOM, "ann", MINUTE));
    awaitNotifications();
    assertEquals(List.of("+ann"), events(recordedEvents, ROOM));
    got(store.leave(ROOM, "ann", connection("2")));
    awaitNotifications();
    assertEquals(List.of("+ann", "-ann"), events(recordedEvents, ROOM));
  }

  @Test
  void notifiesTheListenerOfUnfollowedChannels() {
    TenantChannel other = channel("acme", "presence-unwatched");
    join(other, "ann", connection("1"));
    got(store.leave(other, "ann", connection("1")));
    join(other, "bob", MINUTE);
    awaitNotifications(other);
    assertEquals(Set.of("bob"), assertAlternating(events(recordedEvents, other)));
    assertEquals(List.of(), events(recordedEvents, ROOM));
  }

  @Test
  void notifiesTheListenerOfAnExpiredLease() {
    join(ROOM, "ann", MINUTE);
    join(ROOM, "bob", MINUTE);
    join(ROOM, "bob", connection("1"));
    awaitNotifications();
    time.advance(Duration.ofSeconds(61));
    store.expire();
    awaitNotifications();
    assertEquals(List.of("+ann", "+bob", "-ann"), events(recordedEvents, ROOM));
  }

  @Test
  void theListenerMayCallTheStore() {
    recordedEvents.afterNext = () -> assertEquals(List.of("ann"), ids(ROOM));
    recordedEvents.fault = null;
    join(ROOM, "ann", connection("1"));
    awaitNotifications();
    assertEquals(List.of("+ann"), events(recordedEvents, ROOM));
  }

  @Test
  void reportsChangedJsonOfAMember() {
    join(ROOM, "ann", connection("1"));
    awaitNotifications();
    Member renamed = new Member("ann", "{\"id\":\"ann\",\"name\":\"Ann\"}");
    got(store.join(ROOM, renamed, connection("1")));
    awaitNotifications();
    assertEquals(List.of(renamed), changes.get(1).joined());
    assertEquals(List.of(renamed), store.members(ROOM, null, 10).members());
  }

  @Test
  void doesNotReportUndoneChanges() {
    join(ROOM, "ann", connection("1"));
    awaitNotifications();
    join(ROOM, "bob", connection("2")); // reported at once, or with what follows
    got(store.leave(ROOM, "ann", connection("1")));
    join(ROOM, "ann", connection("3"));
    join(ROOM, "cid", connection("4"));
    got(store.leave(ROOM, "cid", connection("4")));
    awaitNotifications();
    assertEquals(Set.of("ann", "bob"), reportedMembers());
    assertTrue(changes.stream().noneMatch(c -> c.left().contains("ann")), changes::toString);
    assertTrue(
        changes.stream().noneMatch(c -> c.joined().stream().anyMatch(m -> m.id().equals("cid"))),
        changes::toString);
  }

  @Test
  void reportsManyChangesTogether() {
    for (int i = 0; i < 1000; i++) {
      join(ROOM, "m" + i, connection("c" + i));
    }
    awaitNotifications();
    assertEquals(1000, reportedMembers().size());
    assertTrue(changes.size() <= 20, () -> changes.size() + " changes");
    for (int i = 0; i < 1000; i++) {
      got(store.leave(ROOM, "m" + i, connection("c" + i)));
    }
    awaitNotifications();
    assertEquals(Set.of(), reportedMembers());
    assertTrue(changes.size() <= 40, () -> changes.size() + " changes");
  }

  @Test
  void aPageOfLargeMembersEndsBeforeItsLimit() {
    String large = "x".repeat(50_000);
    for (int i = 0; i < 6; i++) {
      Member member = new Member("m" + i, "{\"id\":\"m" + i + "\",\"info\":\"" + large + "\"}");
      got(store.join(ROOM, member, connection("c")));
    }
    PresencePage page = store.members(ROOM, null, 1000);
    assertEquals(2, page.members().size());
    assertEquals("m1", page.next());
    assertEquals(List.of("m0", "m1", "m2", "m3", "m4", "m5"), ids(ROOM));
  }

  @Test
  void pagesThroughManyMembersInOrderOfId() {
    for (int i = 0; i < 2500; i++) {
      join(ROOM, "m%04d".formatted(i), connection("c"));
    }
    PresencePage page = store.members(ROOM, "m0099", 3);
    assertEquals(
        List.of("m0100", "m0101", "m0102"), page.members().stream().map(Member::id).toList());
    assertEquals("m0102", page.next());
    assertEquals(2500, page.count());
    assertEquals(2500, new HashSet<>(ids(ROOM)).size());
    assertNull(store.members(ROOM, "m2499", 3).next());
    assertNull(store.members(ROOM, "m2496", 3).next());
  }

  @Test
  void aPageContainsEveryChangeUpToItsVersion() {
    for (int i = 0; i < 50; i++) {
      join(ROOM, "m" + i, connection("c" + i));
      PresencePage page = store.members(ROOM, null, 1000);
      assertEquals(page.version(), changes.get(changes.size() - 1).version());
      assertEquals(reportedMembers().size(), page.count());
      assertEquals(reportedMembers(), new HashSet<>(ids(ROOM)));
    }
  }

  @Test
  void aLeaseEndsUnlessItIsRenewed() {
    join(ROOM, "ann", MINUTE);
    join(ROOM, "bob", MINUTE);
    join(ROOM, "bob", connection("1"));
    time.advance(Duration.ofSeconds(50));
    assertTrue(got(store.renew(ROOM, "ann", MINUTE)));
    assertFalse(got(store.renew(ROOM, "nobody", MINUTE)));
    time.advance(Duration.ofSeconds(50));
    store.expire();
    awaitNotifications();
    assertEquals(List.of("ann", "bob"), ids(ROOM));
    assertFalse(got(store.renew(ROOM, "bob", MINUTE)), "a connection is no lease");
    time.advance(Duration.ofSeconds(11));
    store.expire();
    awaitNotifications();
    assertEquals(List.of("bob"), ids(ROOM));
    assertEquals(Set.of("bob"), reportedMembers());
    join(ROOM, "cid", MINUTE);
    assertTrue(got(store.leave(ROOM, "cid", MINUTE)));
    assertFalse(got(store.leave(ROOM, "cid", MINUTE)));
    awaitNotifications();
    assertEquals(Set.of("bob"), reportedMembers());
  }

  @Test
  void versionsContinueWhileAFollowedChannelIsEmpty() {
    for (int round = 0; round < 5; round++) {
      join(ROOM, "ann", connection("1"));
      awaitNotifications();
      got(store.leave(ROOM, "ann", connection("1")));
      awaitNotifications();
    }
    reportedMembers();
    assertEquals(10, changes.size());
    assertEquals(10, store.members(ROOM, null, 1).version());
  }

  @Test
  void separatesChannelsAndTenants() {
    join(ROOM, "ann", connection("1"));
    join(channel("globex", "presence-room"), "eve", connection("1"));
    join(channel("acme", "presence-other"), "bob", connection("1"));
    awaitNotifications();
    assertEquals(List.of("ann"), ids(ROOM));
    assertEquals(List.of("eve"), ids(channel("globex", "presence-room")));
    assertEquals(List.of(), ids(channel("globex", "presence-other")));
  }

  @Test
  void limitsMembers() throws Exception {
    try (PresenceStore small = open(tenant -> 2)) {
      for (String id : List.of("a", "b", "a")) {
        assertInstanceOf(
            JoinOutcome.Joined.class,
            got(small.join(channel("acme", "presence-s"), new Member(id, "{}"), connection("1"))));
      }
      assertEquals(
          new JoinOutcome.Full(2),
          got(small.join(channel("acme", "presence-s"), new Member("c", "{}"), connection("1"))));
      assertTrue(got(small.leave(channel("acme", "presence-s"), "a", connection("1"))));
      assertInstanceOf(
          JoinOutcome.Joined.class,
          got(small.join(channel("acme", "presence-s"), new Member("c", "{}"), connection("1"))));
    }
  }

  @Test
  void isConsistentUnderManyThreads() throws Exception {
    int threads = 8;
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      Thread each =
          new Thread(
              () -> {
                for (int i = 0; i < 300; i++) {
                  String id = "m" + (i * 7 + thread) % 40;
                  join(ROOM, id, connection("c" + thread));
                  if (i % 3 != 0) {
                    got(store.leave(ROOM, id, connection("c" + thread)));
                  }
                }
              });
      all.add(each);
      each.start();
    }
    for (Thread each : all) {
      each.join(60_000);
    }
    awaitNotifications();
    assertEquals(reportedMembers(), new HashSet<>(ids(ROOM)));
    for (int m = 0; m < 40; m++) {
      for (int t = 0; t < threads; t++) {
        got(store.leave(ROOM, "m" + m, connection("c" + t)));
      }
    }
    awaitNotifications();
    assertEquals(Set.of(), reportedMembers());
    assertEquals(Set.of(), assertAlternating(events(recordedEvents, ROOM)));
  }
}
