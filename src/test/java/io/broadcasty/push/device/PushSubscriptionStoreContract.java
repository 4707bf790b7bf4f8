package io.broadcasty.push.device;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.GLOBEX;
import static io.broadcasty.push.queue.PushFixtures.ORDERS;
import static io.broadcasty.push.queue.PushFixtures.fcm;
import static io.broadcasty.push.queue.PushFixtures.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The contract of every {@link PushSubscriptionStore}. */
public abstract class PushSubscriptionStoreContract {

  private static final ChannelName NEWS = new ChannelName("news");

  /** Returns the same store as another node opens it; empty at the start of a test. */
  protected abstract PushSubscriptionStore open();

  private static Audience users(String... users) {
    return new Audience(Set.of(users), Set.of(), Set.of());
  }

  private static Audience topic(ChannelName topic) {
    return new Audience(Set.of(), Set.of(), Set.of(topic));
  }

  private Set<String> found(TenantId tenant, Audience audience) {
    return open().find(tenant, audience, 100).stream()
        .map(Recipient::subscriptionId)
        .collect(Collectors.toSet());
  }

  @Test
  void returnsRegisteredDevices() {
    PushSubscription saved =
        open().save(ACME, "ann", web("a"), "Ann's laptop", List.of(ORDERS, NEWS), 5);
    assertEquals(List.of(NEWS, ORDERS), saved.topics());
    assertEquals(List.of(saved), open().findByUser(ACME, "ann"));
    assertEquals(List.of(), open().findByUser(ACME, "ben"));
    assertEquals(List.of(), open().findByUser(GLOBEX, "ann"));
  }

  @Test
  void registeringAnAddressAgainUpdatesIt() {
    PushSubscription first = open().save(ACME, "ann", web("a"), "old", List.of(ORDERS), 5);
    DeviceAddress renewed =
        new DeviceAddress(SamplePushServices.WEB_PUSH, web("a").token(), "key-2", "auth-2");
    PushSubscription second = open().save(ACME, "ann", renewed, "new", null, 9);
    assertEquals(first.id(), second.id());
    assertEquals(List.of(ORDERS), second.topics(), "none were said");
    assertEquals(List.of(second), open().findByUser(ACME, "ann"));
    assertEquals("key-2", open().findByUser(ACME, "ann").get(0).address().publicKey());
    assertEquals(List.of(), open().save(ACME, "ann", renewed, "new", List.of(), 9).topics());
  }

  @Test
  void aTransferredDeviceLosesItsTopics() {
    PushSubscription first = open().save(ACME, "ann", fcm("t"), null, List.of(ORDERS), 5);
    PushSubscription second = open().save(ACME, "ben", fcm("t"), null, null, 6);
    assertEquals(first.id(), second.id());
    assertEquals(List.of(), open().findByUser(ACME, "ann"));
    assertEquals(List.of(second), open().findByUser(ACME, "ben"));
    assertEquals(Set.of(), found(ACME, topic(ORDERS)));
  }

  @Test
  void separatesAddressesByTenantAndService() {
    PushSubscription one = open().save(ACME, "ann", fcm("t"), null, List.of(), 5);
    PushSubscription other = open().save(GLOBEX, "ann", fcm("t"), null, List.of(), 5);
    PushSubscription apns =
        open()
            .save(
                ACME,
                "ann",
                new DeviceAddress(SamplePushServices.APNS, "t", null, null),
                null,
                List.of(),
                5);
    assertEquals(3, Set.of(one.id(), other.id(), apns.id()).size());
    assertEquals(1, open().findByUser(GLOBEX, "ann").size());
    assertNotEquals(fcm("t"), fcm("T"));
    assertNotEquals(one.id(), open().save(ACME, "ann", fcm("T"), null, List.of(), 5).id());
  }

  @Test
  void findsByUserDeviceAndTopicEachOnce() {
    PushSubscriptionStore store = open();
    PushSubscription a1 = store.save(ACME, "ann", fcm("a1"), null, List.of(ORDERS), 5);
    PushSubscription a2 = store.save(ACME, "ann", web("a2"), null, List.of(NEWS), 5);
    PushSubscription b = store.save(ACME, "ben", fcm("b"), null, List.of(ORDERS), 5);
    PushSubscription g = store.save(GLOBEX, "ann", fcm("g"), null, List.of(ORDERS), 5);
    assertEquals(Set.of(a1.id(), a2.id()), found(ACME, users("ann", "nobody")));
    assertEquals(Set.of(a1.id(), b.id()), found(ACME, topic(ORDERS)));
    assertEquals(
        Set.of(a1.id(), a2.id(), b.id()),
        found(ACME, new Audience(Set.of("ann"), Set.of(a1.id(), b.id(), "x"), Set.of(ORDERS))));
    assertEquals(Set.of(), found(ACME, new Audience(Set.of(), Set.of(g.id()), Set.of())));
    assertEquals(
        new Recipient(b.id(), "ben", SamplePushServices.FCM),
        store.find(ACME, users("ben"), 9).get(0));
  }

  @Test
  void respectsTheLimit() {
    PushSubscriptionStore store = open();
    Set<String> users = new java.util.HashSet<>();
    for (int i = 0; i < 130; i++) {
      store.save(ACME, "u" + i, fcm("t" + i), null, List.of(ORDERS), 5);
      users.add("u" + i);
    }
    assertEquals(130, store.find(ACME, new Audience(users, Set.of(), Set.of()), 1000).size());
    assertEquals(130, store.find(ACME, topic(ORDERS), 1000).size());
    assertEquals(20, store.find(ACME, topic(ORDERS), 20).size());
    assertEquals(20, store.find(ACME, new Audience(users, Set.of(), Set.of()), 20).size());
  }

  @Test
  void removes() {
    PushSubscription a = open().save(ACME, "ann", fcm("a"), null, List.of(ORDERS), 5);
    assertFalse(open().remove(GLOBEX, a.id(), null));
    assertFalse(open().remove(ACME, a.id(), "ben"));
    assertTrue(open().remove(ACME, a.id(), "ann"));
    assertFalse(open().remove(ACME, a.id(), null));
    assertEquals(List.of(), open().findByUser(ACME, "ann"));
    assertEquals(Set.of(), found(ACME, topic(ORDERS)));
  }

  @Test
  void removesTheOldestBeyondTheLimit() {
    PushSubscriptionStore store = open();
    for (int i = 0; i <= PushSubscriptionStore.MAX_DEVICES; i++) {
      store.save(ACME, "ann", fcm("t" + i), null, List.of(), i);
    }
    List<PushSubscription> kept = store.findByUser(ACME, "ann");
    assertEquals(PushSubscriptionStore.MAX_DEVICES, kept.size());
    assertEquals("t" + PushSubscriptionStore.MAX_DEVICES, kept.get(0).address().token());
    assertTrue(kept.stream().noneMatch(each -> each.address().token().equals("t0")));
  }

  @Test
  void registersOnceWhenNodesRace() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<PushSubscription>> saved = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        saved.add(
            threads.submit(() -> open().save(ACME, "ann", fcm("t"), null, List.of(ORDERS), 5)));
      }
      Set<String> ids = new java.util.HashSet<>();
      for (Future<PushSubscription> each : saved) {
        ids.add(each.get(20, TimeUnit.SECONDS).id());
      }
      assertEquals(1, ids.size());
    } finally {
      threads.shutdownNow();
    }
  }
}
