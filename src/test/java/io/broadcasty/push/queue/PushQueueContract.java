package io.broadcasty.push.queue;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.GLOBEX;
import static io.broadcasty.push.queue.PushFixtures.fcm;
import static io.broadcasty.push.queue.PushFixtures.recipient;
import static io.broadcasty.push.queue.PushFixtures.register;
import static io.broadcasty.push.queue.PushFixtures.save;
import static io.broadcasty.push.queue.PushFixtures.send;
import static io.broadcasty.push.queue.PushFixtures.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.push.device.Confirmation;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.Urgency;
import io.broadcasty.push.queue.EnqueueOutcome.OverQuota;
import io.broadcasty.push.queue.EnqueueOutcome.Queued;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract of every {@link PushQueue}. */
public abstract class PushQueueContract {

  private static final Duration LEASE = Duration.ofSeconds(30);

  protected final ManualTime time = new ManualTime();

  /**
   * Returns the same queue as another node opens it, by {@link #time}; empty at the start of a
   * test.
   */
  protected abstract PushQueue open();

  /** Returns the store of the same devices. */
  protected abstract PushSubscriptionStore subscriptions();

  private List<Recipient> devices(int count) {
    List<Recipient> devices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      devices.add(recipient(register(subscriptions(), "u" + i, "token-" + i, time)));
    }
    return devices;
  }

  private List<ClaimedDispatch> claim(String owner, int max) {
    return open().claim(SamplePushServices.FCM, owner, max, LEASE, tenant -> max);
  }

  private SendStatus status(String id) {
    return Objects.requireNonNull(open().status(ACME, id, 0, 1000));
  }

  private void acknowledge(String owner, ClaimedDispatch claimed, DeliveryResult settlement) {
    open().acknowledge(owner, List.of(new AcknowledgedDispatch(claimed, settlement, 0)));
  }

  @Test
  void aClaimContainsWhatSendingNeeds() {
    PushSubscription device = save(subscriptions(), ACME, "ann", web("a"), null, List.of(), 5);
    Send send = send(ACME, "s-1", time);
    assertEquals(new Queued(1, false), open().enqueue(send, List.of(recipient(device)), 0));
    assertEquals(List.of(), claim("node", 10), "another service");
    List<ClaimedDispatch> claimed =
        open().claim(SamplePushServices.WEB_PUSH, "node", 10, LEASE, tenant -> 10);
    assertEquals(1, claimed.size());
    ClaimedDispatch one = claimed.get(0);
    assertEquals(web("a"), one.device());
    assertEquals(send.notification(), one.notification());
    assertEquals(ACME, one.tenant());
    assertEquals(device.id(), one.subscriptionId());
    assertEquals(1, one.attempts());
    assertEquals(send.expiresAtMillis(), one.expiresAtMillis());
    assertEquals(
        send.createdAtMillis() + send.notification().ttl().toMillis(), one.ttlEndsAtMillis());
  }

  @Test
  void storesANotificationWithOnlyATitle() {
    Notification bare =
        new Notification("ü", null, null, null, Duration.ZERO, Urgency.VERY_LOW, null);
    Send send = new Send(ACME, "s", bare, time.nowMillis(), time.nowMillis() + 1);
    open().enqueue(send, devices(1), 0);
    assertEquals(bare, claim("node", 1).get(0).notification());
  }

  @Test
  void countsUnfinishedDispatches() {
    Set<PushService> both = Set.of(SamplePushServices.FCM, SamplePushServices.WEB_PUSH);
    assertEquals(
        Map.of(SamplePushServices.FCM, 0, SamplePushServices.WEB_PUSH, 0),
        open().backlog(both, 10));
    open().enqueue(send(ACME, "s", time), devices(4), 0);
    List<ClaimedDispatch> claimed = claim("node", 3);
    acknowledge("node", claimed.get(0), new DeliveryResult.Accepted(null));
    acknowledge("node", claimed.get(1), new DeliveryResult.Retry("busy", time.nowMillis() + 1000));
    assertEquals(
        Map.of(SamplePushServices.FCM, 3, SamplePushServices.WEB_PUSH, 0),
        open().backlog(both, 10));
    assertEquals(
        Map.of(SamplePushServices.FCM, 2), open().backlog(Set.of(SamplePushServices.FCM), 2));
  }

  @Test
  void countsTheUnfinishedDispatchesOfATenant() {
    Set<PushService> fcm = Set.of(SamplePushServices.FCM);
    open().enqueue(send(ACME, "s", time), devices(4), 0);
    assertEquals(Map.of(SamplePushServices.FCM, 4), open().backlogOf(ACME, fcm, 10));
    assertEquals(Map.of(SamplePushServices.FCM, 3), open().backlogOf(ACME, fcm, 3));
    assertEquals(Map.of(SamplePushServices.FCM, 0), open().backlogOf(GLOBEX, fcm, 10));
    ClaimedDispatch claimed = claim("node", 1).get(0);
    assertEquals(Map.of(SamplePushServices.FCM, 4), open().backlogOf(ACME, fcm, 10));
    acknowledge("node", claimed, new DeliveryResult.Rejected("never"));
    assertEquals(Map.of(SamplePushServices.FCM, 3), open().backlogOf(ACME, fcm, 10));
  }

  @Test
  void listsFailedDispatchesPageByPage() {
    List<Recipient> devices = devices(3);
    for (String id : List.of("b", "a", "c")) {
      open().enqueue(send(ACME, id, time), devices, 0);
    }
    assertEquals(new FailedDispatches(List.of(), null), open().failed(ACME, null, 10));
    int accepted = 0;
    for (ClaimedDispatch each : claim("node", 9)) {
      acknowledge(
          "node",
          each,
          accepted++ % 3 == 0
              ? new DeliveryResult.Accepted(null)
              : new DeliveryResult.Rejected("never"));
    }
    FailedDispatches all = open().failed(ACME, null, 10);
    assertNull(all.next());
    assertEquals(6, all.failed().size());
    List<String> ids = all.failed().stream().map(FailedDispatches.Failed::sendId).toList();
    assertEquals(ids.stream().sorted().toList(), ids);
    assertTrue(
        all.failed().stream()
            .allMatch(
                each ->
                    each.device().state() == DispatchState.REJECTED
                        && "never".equals(each.device().reason())));
    List<FailedDispatches.Failed> pages = new ArrayList<>();
    FailedDispatches.Cursor after = null;
    do {
      FailedDispatches page = open().failed(ACME, after, 2);
      assertTrue(page.failed().size() <= 2);
      pages.addAll(page.failed());
      after = page.next();
    } while (after != null);
    assertEquals(all.failed(), pages);
    assertEquals(List.of(), open().failed(GLOBEX, null, 10).failed());
  }

  @Test
  void queuesAnIdOncePerTenant() {
    List<Recipient> two = devices(2);
    assertNull(open().find(ACME, "s"));
    assertEquals(new Queued(2, false), open().enqueue(send(ACME, "s", time), two, 0));
    assertEquals(new Queued(2, true), open().find(ACME, "s"));
    assertEquals(new Queued(2, true), open().enqueue(send(ACME, "s", time), two.subList(0, 1), 0));
    assertNull(open().find(GLOBEX, "s"));
    assertEquals(2, claim("node", 10).size());
    assertNull(open().status(GLOBEX, "s", 0, 10));
  }

  @Test
  void queuesAnIdOnceWhenNodesRace() throws Exception {
    List<Recipient> devices = devices(3);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<EnqueueOutcome>> taken = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        taken.add(threads.submit(() -> open().enqueue(send(ACME, "s", time), devices, 100)));
      }
      int first = 0;
      for (Future<EnqueueOutcome> each : taken) {
        Queued queued = assertInstanceOf(Queued.class, each.get(20, TimeUnit.SECONDS));
        assertEquals(3, queued.devices());
        first += queued.duplicate() ? 0 : 1;
      }
      assertEquals(1, first);
      assertEquals(3, claim("node", 100).size());
      assertEquals(
          new Queued(3, false),
          open().enqueue(send(ACME, "other", time), devices, 6),
          "what was not taken does not count");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void enforcesTheDailyQuota() {
    List<Recipient> three = devices(3);
    assertEquals(new Queued(3, false), open().enqueue(send(ACME, "a", time), three, 5));
    assertEquals(new OverQuota(3), open().enqueue(send(ACME, "b", time), three, 5));
    assertNull(open().find(ACME, "b"));
    assertEquals(
        new Queued(2, false), open().enqueue(send(ACME, "c", time), three.subList(0, 2), 5));
    assertEquals(new Queued(3, false), open().enqueue(send(GLOBEX, "b", time), three, 5));
    assertEquals(5, open().usedToday(ACME));
    assertEquals(3, open().usedToday(GLOBEX));
    time.advance(Duration.ofDays(1));
    assertEquals(0, open().usedToday(ACME));
    assertEquals(new Queued(3, false), open().enqueue(send(ACME, "b", time), three, 5));
  }

  @Test
  void aClaimIsExclusiveUntilItsLeaseEnds() {
    open().enqueue(send(ACME, "s", time), devices(5), 0);
    List<ClaimedDispatch> first = claim("one", 3);
    List<ClaimedDispatch> second = claim("two", 10);
    assertEquals(3, first.size());
    assertEquals(2, second.size());
    assertEquals(List.of(), claim("two", 10));
    assertEquals(Map.of(DispatchState.SENDING, 5), status("s").counts());
    time.advance(LEASE);
    List<ClaimedDispatch> again = claim("three", 10);
    assertEquals(5, again.size());
    ClaimedDispatch before = first.get(0);
    ClaimedDispatch after =
        again.stream().filter(each -> each.number() == before.number()).findFirst().orElseThrow();
    assertEquals(before.dispatchId(), after.dispatchId());
    assertEquals(2, after.attempts());
    assertEquals(5, again.stream().map(ClaimedDispatch::dispatchId).distinct().count());
  }

  @Test
  void doesNotAcknowledgeAnotherOwnersClaim() {
    open().enqueue(send(ACME, "s", time), devices(1), 0);
    ClaimedDispatch late = claim("one", 1).get(0);
    time.advance(LEASE);
    ClaimedDispatch now = claim("two", 1).get(0);
    acknowledge("one", late, new DeliveryResult.Rejected("too late"));
    assertEquals(Map.of(DispatchState.SENDING, 1), status("s").counts());
    acknowledge("two", now, new DeliveryResult.Accepted("id-7"));
    assertEquals(Map.of(DispatchState.ACCEPTED, 1), status("s").counts());
  }

  @Test
  void concurrentClaimsAreDisjoint() throws Exception {
    int count = 400;
    open().enqueue(send(ACME, "s", time), devices(count), 0);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<List<Long>>> nodes = new ArrayList<>();
      for (int node = 0; node < 4; node++) {
        String owner = "node-" + node;
        nodes.add(
            threads.submit(
                () -> {
                  List<Long> mine = new ArrayList<>();
                  for (int idle = 0; idle < 20; ) {
                    List<ClaimedDispatch> claimed = claim(owner, 7);
                    idle = claimed.isEmpty() ? idle + 1 : 0;
                    List<AcknowledgedDispatch> settled = new ArrayList<>();
                    for (ClaimedDispatch each : claimed) {
                      mine.add(each.number());
                      settled.add(
                          new AcknowledgedDispatch(each, new DeliveryResult.Accepted(null), 0));
                    }
                    if (!settled.isEmpty()) {
                      open().acknowledge(owner, settled);
                    }
                  }
                  return mine;
                }));
      }
      List<Long> all = new ArrayList<>();
      for (Future<List<Long>> node : nodes) {
        all.addAll(node.get(60, TimeUnit.SECONDS));
      }
      assertEquals(count, all.size());
      assertEquals(count, new HashSet<>(all).size());
      assertEquals(Map.of(DispatchState.ACCEPTED, count), status("s").counts());
    } finally {
      threads.shutdownNow();
    }
  }

  private List<Recipient> devices(TenantId tenant, int count) {
    List<Recipient> devices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      devices.add(
          recipient(save(subscriptions(), tenant, "u" + i, fcm("t" + i), null, List.of(), 1)));
    }
    return devices;
  }

  private static Map<String, Integer> byTenant(List<ClaimedDispatch> claimed) {
    Map<String, Integer> counts = new TreeMap<>();
    claimed.forEach(each -> counts.merge(each.tenant().value(), 1, Integer::sum));
    return counts;
  }

  @Test
  void tenantsGetEqualSharesOfAClaim() {
    open().enqueue(send(ACME, "big", time), devices(ACME, 300), 0);
    time.advance(Duration.ofSeconds(1));
    open().enqueue(send(GLOBEX, "middle", time), devices(GLOBEX, 30), 0);
    TenantId initech = new TenantId("initech");
    open().enqueue(send(initech, "small", time), devices(initech, 4), 0);
    assertEquals(Map.of("acme", 28, "globex", 28, "initech", 4), around(claim("one", 60), 2));
    assertEquals(2, byTenant(claim("one", 10)).size());
    while (!claim("one", 50).isEmpty()) {}
    assertEquals(Map.of(DispatchState.SENDING, 300), status("big").counts());
  }

  /** Rounds the counts of the two that share the rest, which differ by the order of turns. */
  private static Map<String, Integer> around(List<ClaimedDispatch> claimed, int most) {
    Map<String, Integer> counts = byTenant(claimed);
    assertEquals(60, claimed.size());
    counts.replaceAll((tenant, count) -> Math.abs(count - 28) <= 8 * most ? 28 : count);
    return counts;
  }

  @Test
  void eachTenantHasItsTurnWhenFewMayBeClaimed() {
    List<String> order = new ArrayList<>();
    PushQueue queue = open();
    for (String name : List.of("a", "b", "c")) {
      TenantId tenant = new TenantId(name);
      queue.enqueue(send(tenant, "s", time), devices(tenant, 5), 0);
    }
    for (int i = 0; i < 15; i++) {
      List<ClaimedDispatch> one = queue.claim(SamplePushServices.FCM, "one", 1, LEASE, tenant -> 1);
      order.add(one.get(0).tenant().value());
    }
    for (int i = 0; i < 12; i += 3) {
      assertEquals(Set.of("a", "b", "c"), Set.copyOf(order.subList(i, i + 3)), order.toString());
    }
  }

  @Test
  void claimsNoMoreOfATenantThanIsAllowed() {
    open().enqueue(send(ACME, "a", time), devices(ACME, 20), 0);
    open().enqueue(send(GLOBEX, "g", time), devices(GLOBEX, 20), 0);
    for (int max : List.of(10, 100)) {
      List<ClaimedDispatch> claimed =
          open()
              .claim(
                  SamplePushServices.FCM, "one", max, LEASE, tenant -> tenant.equals(ACME) ? 0 : 7);
      assertEquals(Map.of("globex", 7), byTenant(claimed));
    }
  }

  @Test
  void aRetryIsDueAtItsTime() {
    open().enqueue(send(ACME, "s", time), devices(1), 0);
    ClaimedDispatch claimed = claim("one", 1).get(0);
    long due = time.nowMillis() + 10_000;
    acknowledge("one", claimed, new DeliveryResult.Retry("the service is busy", due));
    assertEquals(List.of(), claim("one", 1));
    SendStatus.Device device = status("s").page().get(0);
    assertEquals(DispatchState.RETRYING, device.state());
    assertEquals("the service is busy", device.reason());
    assertEquals(due, device.nextAtMillis());
    time.advance(Duration.ofSeconds(10));
    assertEquals(2, claim("two", 1).get(0).attempts());
  }

  @Test
  void aDeferredDispatchWasNotTried() {
    open().enqueue(send(ACME, "s", time), devices(1), 0);
    ClaimedDispatch claimed = claim("one", 1).get(0);
    long due = time.nowMillis() + 5_000;
    acknowledge("one", claimed, new DeliveryResult.Deferred("waits", due, 0));
    assertEquals(List.of(), claim("one", 1));
    SendStatus.Device device = status("s").page().get(0);
    assertEquals(DispatchState.QUEUED, device.state());
    assertEquals(0, device.attempts());
    assertEquals("waits", device.reason());
    assertEquals(due, device.nextAtMillis());
    time.advance(Duration.ofSeconds(5));
    ClaimedDispatch again = claim("two", 1).get(0);
    assertEquals(1, again.attempts());
    assertEquals(claimed.dispatchId(), again.dispatchId());
  }

  @Test
  void returnsTheStatusOfEachDevice() {
    List<Recipient> devices = devices(5);
    open().enqueue(send(ACME, "s", time), devices, 0);
    List<ClaimedDispatch> claimed = claim("one", 4);
    acknowledge("one", claimed.get(0), new DeliveryResult.Accepted("id-1"));
    acknowledge("one", claimed.get(1), new DeliveryResult.Rejected("no such topic"));
    acknowledge("one", claimed.get(2), new DeliveryResult.Unregistered("410", Long.MAX_VALUE));
    acknowledge("one", claimed.get(3), new DeliveryResult.Expired("too late"));
    SendStatus status = status("s");
    assertEquals(
        Map.of(
            DispatchState.ACCEPTED, 1,
            DispatchState.REJECTED, 1,
            DispatchState.UNREGISTERED, 1,
            DispatchState.EXPIRED, 1,
            DispatchState.QUEUED, 1),
        status.counts());
    assertEquals(5, status.devices());
    assertEquals(0, status.next());
    Map<String, SendStatus.Device> page = new java.util.HashMap<>();
    status.page().forEach(each -> page.put(each.recipient().subscriptionId(), each));
    SendStatus.Device accepted = Objects.requireNonNull(page.get(claimed.get(0).subscriptionId()));
    assertEquals("id-1", accepted.serviceId());
    assertEquals(1, accepted.attempts());
    assertNull(accepted.nextAtMillis());
    SendStatus.Device rejected = Objects.requireNonNull(page.get(claimed.get(1).subscriptionId()));
    assertEquals("no such topic", rejected.reason());
    assertNull(open().status(ACME, "other", 0, 10));
  }

  @Test
  void returnsTheStatusInPages() {
    open().enqueue(send(ACME, "s", time), devices(5), 0);
    SendStatus first = Objects.requireNonNull(open().status(ACME, "s", 0, 2));
    SendStatus second = Objects.requireNonNull(open().status(ACME, "s", first.next(), 2));
    SendStatus third = Objects.requireNonNull(open().status(ACME, "s", second.next(), 2));
    Set<String> all = new HashSet<>();
    List.of(first, second, third)
        .forEach(page -> page.page().forEach(each -> all.add(each.recipient().subscriptionId())));
    assertEquals(5, all.size());
    assertEquals(0, third.next());
  }

  @Test
  void anUnregisteredDeviceIsRemovedUnlessItWasRegisteredAgain() {
    PushSubscription gone = register(subscriptions(), "ann", "a", time);
    PushSubscription back = register(subscriptions(), "ben", "b", time);
    open().enqueue(send(ACME, "s", time), List.of(recipient(gone), recipient(back)), 0);
    long since = time.nowMillis();
    time.advance(Duration.ofSeconds(1));
    register(subscriptions(), "ben", "b", time);
    for (ClaimedDispatch each : claim("one", 2)) {
      acknowledge("one", each, new DeliveryResult.Unregistered("410 Gone", since));
    }
    assertEquals(List.of(), subscriptions().findByUser(ACME, "ann"));
    assertEquals(1, subscriptions().findByUser(ACME, "ben").size());
    assertEquals(Map.of(DispatchState.UNREGISTERED, 2), status("s").counts());
  }

  @Test
  void omitsRemovedAndTransferredDevices() {
    PushSubscription removed = register(subscriptions(), "ann", "a", time);
    PushSubscription moved = register(subscriptions(), "ben", "b", time);
    PushSubscription kept = register(subscriptions(), "cleo", "c", time);
    open()
        .enqueue(
            send(ACME, "s", time),
            List.of(recipient(removed), recipient(moved), recipient(kept)),
            0);
    subscriptions().remove(ACME, removed.id(), null);
    register(subscriptions(), "zoe", "b", time);
    for (ClaimedDispatch each : claim("one", 3)) {
      if (each.subscriptionId().equals(kept.id())) {
        assertEquals(fcm("c"), each.device());
      } else {
        assertNull(each.device());
      }
    }
  }

  @Test
  void expiresUntriedDispatches() {
    open().enqueue(send(ACME, "s", time), devices(1), 0);
    time.advance(Duration.ofMinutes(59));
    open().cleanUp(0);
    assertEquals(Map.of(DispatchState.QUEUED, 1), status("s").counts());
    time.advance(Duration.ofMinutes(1));
    open().cleanUp(0);
    assertEquals(Map.of(DispatchState.EXPIRED, 1), status("s").counts());
    assertEquals(List.of(), claim("one", 1));
  }

  @Test
  void deletesOnlyFinishedSends() {
    List<Recipient> devices = devices(2);
    open().enqueue(send(ACME, "done", time), devices, 0);
    for (ClaimedDispatch each : claim("one", 2)) {
      acknowledge("one", each, new DeliveryResult.Accepted(null));
    }
    open().enqueue(send(ACME, "half", time), devices, 0);
    acknowledge("one", claim("one", 1).get(0), new DeliveryResult.Accepted(null));
    time.advance(Duration.ofMinutes(1));
    open().enqueue(send(ACME, "new", time), List.of(), 0);
    open().cleanUp(time.nowMillis());
    assertNull(open().find(ACME, "done"));
    assertNull(open().status(ACME, "done", 0, 1));
    assertNotNull(open().find(ACME, "half"));
    assertNotNull(open().find(ACME, "new"));
  }

  @Test
  void dispatchIdsAreUnique() {
    List<Recipient> devices = devices(2);
    open().enqueue(send(ACME, "a", time), devices, 0);
    open().enqueue(send(ACME, "b", time), devices, 0);
    List<ClaimedDispatch> claimed = claim("one", 4);
    assertEquals(4, claimed.stream().map(ClaimedDispatch::dispatchId).distinct().count());
    assertNotEquals(claimed.get(0).number(), claimed.get(1).number());
    assertFalse(claimed.isEmpty());
    assertTrue(claimed.stream().allMatch(each -> each.device() != null));
  }

  @Test
  void aClaimTellsWhetherTheTopicIsStillFollowed() {
    ChannelName secret = new ChannelName("private-x");
    PushSubscription kept =
        save(subscriptions(), ACME, "ann", fcm("a"), null, List.of(secret), time.nowMillis());
    PushSubscription left =
        save(subscriptions(), ACME, "ben", fcm("b"), null, List.of(secret), time.nowMillis());
    PushSubscription named =
        save(subscriptions(), ACME, "cleo", fcm("c"), null, List.of(secret), time.nowMillis());
    open()
        .enqueue(
            send(ACME, "s", time),
            List.of(follower(kept, secret), follower(left, secret), recipient(named)),
            0);
    save(subscriptions(), ACME, "ben", fcm("b"), null, List.of(), time.nowMillis());
    subscriptions().forgetRoles(ACME, "cleo");
    Map<String, ClaimedDispatch> claimed = new java.util.HashMap<>();
    claim("one", 3).forEach(each -> claimed.put(each.subscriptionId(), each));
    Confirmation ann = new Confirmation("ann", Set.of("member"), time.nowMillis());
    Confirmation ben = new Confirmation("ben", Set.of("member"), time.nowMillis());
    assertEquals(new FollowedTopic(secret, true, ann), topic(claimed, kept));
    assertEquals(new FollowedTopic(secret, false, ben), topic(claimed, left));
    assertNull(topic(claimed, named));
  }

  @Test
  void aClaimHasTheConfirmationOfThatMoment() {
    ChannelName secret = new ChannelName("private-x");
    PushSubscription device =
        save(subscriptions(), ACME, "ann", fcm("a"), null, List.of(secret), time.nowMillis());
    open().enqueue(send(ACME, "s", time), List.of(follower(device, secret)), 0);
    subscriptions().forgetRoles(ACME, "ann");
    assertEquals(
        new FollowedTopic(secret, true, Confirmation.unknown("ann")),
        claim("one", 1).get(0).topic());
  }

  private static Recipient follower(PushSubscription device, ChannelName topic) {
    return new Recipient(device.id(), device.user(), device.address().service(), topic);
  }

  private static @Nullable FollowedTopic topic(
      Map<String, ClaimedDispatch> claimed, PushSubscription device) {
    return Objects.requireNonNull(claimed.get(device.id())).topic();
  }
}
