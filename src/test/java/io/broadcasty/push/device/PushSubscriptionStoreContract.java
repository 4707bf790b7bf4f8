package io.broadcasty.push.device;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.GLOBEX;
import static io.broadcasty.push.queue.PushFixtures.ORDERS;
import static io.broadcasty.push.queue.PushFixtures.fcm;
import static io.broadcasty.push.queue.PushFixtures.followers;
import static io.broadcasty.push.queue.PushFixtures.save;
import static io.broadcasty.push.queue.PushFixtures.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.push.queue.PushFixtures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract of every {@link PushSubscriptionStore}. */
public abstract class PushSubscriptionStoreContract {

  private static final ChannelName NEWS = new ChannelName("news");
  private static final ChannelName SECRET = new ChannelName("private-orders");

  private final ManualTime time = new ManualTime();
  private final FollowerPolicy followers = followers(time);

  /** Returns the same store as another node opens it; empty at the start of a test. */
  protected abstract PushSubscriptionStore open();

  private static Audience users(String... users) {
    return new Audience(Set.of(users), Set.of(), Set.of());
  }

  private static Audience topic(ChannelName topic) {
    return new Audience(Set.of(), Set.of(), Set.of(topic));
  }

  private Set<String> found(TenantId tenant, Audience audience) {
    return open().find(tenant, audience, followers, 100).stream()
        .map(Recipient::subscriptionId)
        .collect(Collectors.toSet());
  }

  @Test
  void returnsRegisteredDevices() {
    PushSubscription saved =
        save(open(), ACME, "ann", web("a"), "Ann's laptop", List.of(ORDERS, NEWS), 5);
    assertEquals(List.of(NEWS, ORDERS), saved.topics());
    assertEquals(List.of(saved), open().findByUser(ACME, "ann"));
    assertEquals(List.of(), open().findByUser(ACME, "ben"));
    assertEquals(List.of(), open().findByUser(GLOBEX, "ann"));
  }

  /** One user's notifications must not reach another whose name only looks alike. */
  @Test
  void usersWhoseNamesOnlyLookAlikeAreDifferent() {
    List<String> alike = List.of("ann", "ann ", "Ann", "\u00e4nn", "a\u0308nn");
    for (int i = 0; i < alike.size(); i++) {
      save(open(), ACME, alike.get(i), web("device" + i), null, List.of(), 5);
    }
    for (String user : alike) {
      assertEquals(1, open().findByUser(ACME, user).size());
      assertEquals(1, found(ACME, users(user)).size());
    }
  }

  @Test
  void registeringAnAddressAgainUpdatesIt() {
    PushSubscription first = save(open(), ACME, "ann", web("a"), "old", List.of(ORDERS), 5);
    DeviceAddress renewed =
        new DeviceAddress(SamplePushServices.WEB_PUSH, web("a").token(), "key-2", "auth-2");
    PushSubscription second = save(open(), ACME, "ann", renewed, "new", null, 9);
    assertEquals(first.id(), second.id());
    assertEquals(List.of(ORDERS), second.topics(), "none were said");
    assertEquals(List.of(second), open().findByUser(ACME, "ann"));
    assertEquals("key-2", open().findByUser(ACME, "ann").get(0).address().publicKey());
    assertEquals(List.of(), save(open(), ACME, "ann", renewed, "new", List.of(), 9).topics());
  }

  @Test
  void aTransferredDeviceLosesItsTopics() {
    PushSubscription first = save(open(), ACME, "ann", fcm("t"), null, List.of(ORDERS), 5);
    PushSubscription second = save(open(), ACME, "ben", fcm("t"), null, null, 6);
    assertEquals(first.id(), second.id());
    assertEquals(List.of(), open().findByUser(ACME, "ann"));
    assertEquals(List.of(second), open().findByUser(ACME, "ben"));
    assertEquals(Set.of(), found(ACME, topic(ORDERS)));
  }

  @Test
  void separatesAddressesByTenantAndService() {
    PushSubscription one = save(open(), ACME, "ann", fcm("t"), null, List.of(), 5);
    PushSubscription other = save(open(), GLOBEX, "ann", fcm("t"), null, List.of(), 5);
    PushSubscription apns =
        save(
            open(),
            ACME,
            "ann",
            new DeviceAddress(SamplePushServices.APNS, "t", null, null),
            null,
            List.of(),
            5);
    assertEquals(3, Set.of(one.id(), other.id(), apns.id()).size());
    assertEquals(1, open().findByUser(GLOBEX, "ann").size());
    assertNotEquals(fcm("t"), fcm("T"));
    assertNotEquals(one.id(), save(open(), ACME, "ann", fcm("T"), null, List.of(), 5).id());
  }

  @Test
  void findsByUserDeviceAndTopicEachOnce() {
    PushSubscriptionStore store = open();
    PushSubscription a1 = save(store, ACME, "ann", fcm("a1"), null, List.of(ORDERS), 5);
    PushSubscription a2 = save(store, ACME, "ann", web("a2"), null, List.of(NEWS), 5);
    PushSubscription b = save(store, ACME, "ben", fcm("b"), null, List.of(ORDERS), 5);
    PushSubscription g = save(store, GLOBEX, "ann", fcm("g"), null, List.of(ORDERS), 5);
    assertEquals(Set.of(a1.id(), a2.id()), found(ACME, users("ann", "nobody")));
    assertEquals(Set.of(a1.id(), b.id()), found(ACME, topic(ORDERS)));
    assertEquals(
        Set.of(a1.id(), a2.id(), b.id()),
        found(ACME, new Audience(Set.of("ann"), Set.of(a1.id(), b.id(), "x"), Set.of(ORDERS))));
    assertEquals(Set.of(), found(ACME, new Audience(Set.of(), Set.of(g.id()), Set.of())));
    assertEquals(
        new Recipient(b.id(), "ben", SamplePushServices.FCM),
        store.find(ACME, users("ben"), followers, 9).get(0));
  }

  @Test
  void respectsTheLimit() {
    PushSubscriptionStore store = open();
    Set<String> users = new java.util.HashSet<>();
    for (int i = 0; i < 130; i++) {
      save(store, ACME, "u" + i, fcm("t" + i), null, List.of(ORDERS), 5);
      users.add("u" + i);
    }
    assertEquals(
        130, store.find(ACME, new Audience(users, Set.of(), Set.of()), followers, 1000).size());
    assertEquals(130, store.find(ACME, topic(ORDERS), followers, 1000).size());
    assertEquals(20, store.find(ACME, topic(ORDERS), followers, 20).size());
    assertEquals(
        20, store.find(ACME, new Audience(users, Set.of(), Set.of()), followers, 20).size());
  }

  @Test
  void removes() {
    PushSubscription a = save(open(), ACME, "ann", fcm("a"), null, List.of(ORDERS), 5);
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
      save(store, ACME, "ann", fcm("t" + i), null, List.of(), i);
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
            threads.submit(() -> save(open(), ACME, "ann", fcm("t"), null, List.of(ORDERS), 5)));
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

  private Confirmation by(String subject, String... roles) {
    return new Confirmation(subject, Set.of(roles), time.nowMillis());
  }

  private RegisteredDevice register(
      String user, @Nullable Collection<ChannelName> topics, Confirmation confirmation) {
    return open()
        .save(
            ACME,
            new DeviceRegistration(user, fcm("t"), null, topics, confirmation),
            topic -> followers.allows(ACME, topic, confirmation));
  }

  @Test
  void aConfirmationWithFewerRolesDropsTopics() {
    register("ann", List.of(ORDERS, SECRET), by("ann", "member"));
    assertEquals(1, found(ACME, topic(SECRET)).size());
    RegisteredDevice again = register("ann", null, by("ann"));
    assertEquals(List.of(SECRET), again.dropped());
    assertEquals(List.of(ORDERS), again.subscription().topics());
    assertEquals(Set.of(), found(ACME, topic(SECRET)));
    assertEquals(List.of(ORDERS), open().findByUser(ACME, "ann").get(0).topics());
    assertEquals(List.of(), register("ann", null, by("ann", "member")).dropped());
    assertEquals(Set.of(), found(ACME, topic(SECRET)), "a role does not bring a topic back");
  }

  @Test
  void findsFollowersByTheRolesOfTheirConfirmation() {
    PushSubscription kept =
        register("ann", List.of(SECRET), by("ann", "member", "wri ter")).subscription();
    Recipient found = open().find(ACME, topic(SECRET), followers, 9).get(0);
    assertEquals(new Recipient(kept.id(), "ann", SamplePushServices.FCM, SECRET), found);
    Policy closed = new Policy((tenant, channel, user, roles, action) -> roles.size() == 3);
    FollowerPolicy strict = new FollowerPolicy(closed, PushFixtures.CONFIRMED_WITHIN, time);
    assertEquals(List.of(), open().find(ACME, topic(SECRET), strict, 9));
    assertEquals(1, open().find(ACME, users("ann"), strict, 9).size(), "named, not by a topic");
  }

  @Test
  void anOldConfirmationProvesNoRoles() {
    register("ann", List.of(ORDERS, SECRET), by("ann", "member"));
    time.advance(PushFixtures.CONFIRMED_WITHIN);
    assertEquals(1, found(ACME, topic(SECRET)).size());
    time.advance(Duration.ofMillis(1));
    assertEquals(Set.of(), found(ACME, topic(SECRET)));
    assertEquals(1, found(ACME, topic(ORDERS)).size());
    register("ann", null, by("ann", "member"));
    assertEquals(1, found(ACME, topic(SECRET)).size());
  }

  @Test
  void anotherConfirmsForTheUserOnlyTheTopicsItNames() {
    register("ann", List.of(SECRET), by("ann", "member"));
    assertEquals(List.of(), register("ann", null, by("backend", "publisher")).dropped());
    assertEquals(1, found(ACME, topic(SECRET)).size());
    time.advance(PushFixtures.CONFIRMED_WITHIN.plusMillis(1));
    register("ann", null, by("backend", "publisher", "member"));
    assertEquals(Set.of(), found(ACME, topic(SECRET)), "not confirmed by its user");
    register("ann", List.of(SECRET), by("backend", "publisher", "member"));
    assertEquals(1, found(ACME, topic(SECRET)).size());
  }

  @Test
  void restrictsADeviceOfTheUserOnly() {
    register("ann", List.of(ORDERS, SECRET), by("ann", "member"));
    Predicate<ChannelName> none = topic -> !topic.equals(SECRET);
    assertEquals(List.of(), open().restrict(ACME, fcm("t"), by("ben"), none));
    assertEquals(List.of(), open().restrict(GLOBEX, fcm("t"), by("ann"), none));
    assertEquals(1, found(ACME, topic(SECRET)).size());
    assertEquals(List.of(SECRET), open().restrict(ACME, fcm("t"), by("ann"), none));
    assertEquals(List.of(), open().restrict(ACME, fcm("other"), by("ann"), none));
    assertEquals(List.of(ORDERS), open().findByUser(ACME, "ann").get(0).topics());
  }

  @Test
  void forgetsTheRolesOfAUser() {
    register("ann", List.of(ORDERS, SECRET), by("ann", "member"));
    assertEquals(0, open().forgetRoles(GLOBEX, "ann"));
    assertEquals(0, open().forgetRoles(ACME, "ben"));
    assertEquals(1, open().forgetRoles(ACME, "ann"));
    assertEquals(0, open().forgetRoles(null, "ann"));
    assertEquals(Set.of(), found(ACME, topic(SECRET)));
    assertEquals(1, found(ACME, topic(ORDERS)).size());
    register("ann", null, by("ann", "member"));
    assertEquals(1, open().forgetRoles(null, "ann"));
  }
}
