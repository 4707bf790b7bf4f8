package io.broadcasty.push;

import static io.broadcasty.push.Devices.ACME;
import static io.broadcasty.push.Devices.ORDERS;
import static io.broadcasty.push.Devices.caller;
import static io.broadcasty.push.Devices.fcm;
import static io.broadcasty.push.Devices.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.auth.Caller;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.Member;
import io.broadcasty.push.PushAnswer.Denied;
import io.broadcasty.push.PushAnswer.Invalid;
import io.broadcasty.push.PushAnswer.Registered;
import io.broadcasty.push.PushAnswer.Taken;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcSubscriptionStore;
import io.broadcasty.ratelimit.RateKey;
import io.broadcasty.ratelimit.RateLimiter;
import io.broadcasty.rbac.DefaultPolicyResolver;
import io.broadcasty.rbac.Policy;
import io.broadcasty.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests registering devices, sending, and querying the status, as callers see them. */
class PushUseCasesTest {

  private static final ChannelName ROOM = new ChannelName("presence-room");
  private static final ChannelName SECRET = new ChannelName("private-orders");

  private final ManualTime time = new ManualTime();
  private final Database database =
      Database.open(new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "sa", null, 4));
  private final SubscriptionStore store = new JdbcSubscriptionStore(database);
  private final PushQueue queue = new JdbcPushQueue(database, time);
  private final LocalPresenceStore presence =
      new LocalPresenceStore(tenant -> 1000, time, change -> {}, later -> {});
  private final FakeProvider fcm = FakeProvider.accepting(SampleServices.FCM);
  private final FakeProvider webPush = FakeProvider.accepting(SampleServices.WEB_PUSH);
  private final EnabledServices services = new EnabledServices(List.of(fcm, webPush));
  private final Policy policy = new Policy(new DefaultPolicyResolver());
  private final List<String> woken = new ArrayList<>();
  private boolean throttled;
  private final RateLimiter limits =
      new RateLimiter() {
        @Override
        public Verdict tryAcquire(RateKey key, long permits) {
          return new Verdict(!throttled, key.scope(), 5, 0, Duration.ofSeconds(1));
        }

        @Override
        public boolean enabled() {
          return true;
        }
      };

  private final Caller ann = caller("ann");
  private final Caller member = caller("mel", "member");
  private final Caller publisher = caller("pub", "publisher");

  @AfterEach
  void close() {
    presence.close();
    database.close();
  }

  private PushSubscriptions devices() {
    return new PushSubscriptions(services, policy, limits, store, time);
  }

  private PushSend send(long quota) {
    return new PushSend(
        services,
        policy,
        limits,
        store,
        presence,
        queue,
        tenant -> quota,
        time,
        () -> woken.add("woken"));
  }

  private PushStatus status() {
    return new PushStatus(services, limits, queue);
  }

  private PushAnswer register(
      Caller caller, DeviceAddress address, @Nullable String user, ChannelName... topics) {
    return devices()
        .register(caller, new PushSubscriptions.Registration(address, user, null, List.of(topics)));
  }

  private static PushSubscription registered(PushAnswer answer) {
    return assertInstanceOf(Registered.class, answer).subscription();
  }

  private PushAnswer send(
      Caller caller,
      @Nullable String id,
      Set<String> users,
      Set<ChannelName> topics,
      @Nullable ChannelName absentFrom) {
    return send(0)
        .send(
            caller,
            new PushSend.Order(
                new Audience(users, Set.of(), topics), absentFrom, Devices.notification("n"), id));
  }

  private Set<String> reached(String id) {
    Set<String> users = new TreeSet<>();
    SendStatus status =
        assertInstanceOf(PushAnswer.Outcomes.class, status().of(publisher, id, 0, 100)).status();
    status.page().forEach(each -> users.add(each.recipient().user()));
    return users;
  }

  @Test
  void aUserRegistersListsAndRemovesItsOwn() {
    PushSubscription mine = registered(register(ann, fcm("a"), null));
    assertEquals("ann", mine.user());
    PushSubscription other = registered(register(publisher, fcm("b"), "ben"));
    assertEquals("ben", other.user());
    assertEquals(List.of(mine), listed(devices().list(ann, null)));
    assertEquals(List.of(other), listed(devices().list(publisher, "ben")));
    assertInstanceOf(Denied.class, devices().list(ann, "ben"));
    assertInstanceOf(PushAnswer.Unknown.class, devices().remove(ann, other.id()));
    assertInstanceOf(PushAnswer.Removed.class, devices().remove(ann, mine.id()));
    assertInstanceOf(PushAnswer.Removed.class, devices().remove(publisher, other.id()));
    assertInstanceOf(Denied.class, register(ann, fcm("c"), "ben"));
  }

  private static List<PushSubscription> listed(PushAnswer answer) {
    return assertInstanceOf(PushAnswer.Devices.class, answer).subscriptions();
  }

  @Test
  void whoMayNotSubscribeToAChannelMayNotFollowIt() {
    registered(register(ann, fcm("a"), null, ORDERS));
    Denied denied = assertInstanceOf(Denied.class, register(ann, fcm("a"), null, SECRET));
    assertTrue(denied.what().contains("private-orders"));
    registered(register(member, fcm("m"), null, SECRET));
  }

  @Test
  void anAddressThatIsNoneIsRefusedWithWhatItShouldBe() {
    Invalid invalid = assertInstanceOf(Invalid.class, register(ann, fcm("bad"), null));
    assertTrue(invalid.what().contains("must not begin with bad"));
    PushAnswer.Off off =
        assertInstanceOf(
            PushAnswer.Off.class,
            register(ann, new DeviceAddress(SampleServices.APNS, "a", null, null), null));
    assertEquals(SampleServices.APNS, off.service());
    assertEquals(Set.of(SampleServices.FCM, SampleServices.WEB_PUSH), off.enabled());
  }

  @Test
  void sendsToUsersAndFollowersEachDeviceOnce() {
    registered(register(ann, fcm("a"), null, ORDERS));
    registered(register(ann, web("a2"), null));
    registered(register(caller("ben"), fcm("b"), null, ORDERS));
    Taken taken =
        assertInstanceOf(
            Taken.class, send(publisher, "s", Set.of("ann", "zoe"), Set.of(ORDERS), null));
    assertEquals(new Taken("s", 3, false, List.of("zoe")), taken);
    assertEquals(Set.of("ann", "ben"), reached("s"));
    assertEquals(List.of("woken"), woken);
    assertEquals(
        new Taken("s", 3, true, List.of()), send(publisher, "s", Set.of("ann"), Set.of(), null));
  }

  @Test
  void sendsToWhoFollowsAChannelAndIsNotThere() {
    registered(register(member, fcm("m"), null, ROOM));
    registered(register(caller("nat", "member"), fcm("n"), null, ROOM));
    TenantChannel room = new TenantChannel(ACME, ROOM);
    var unused =
        presence.join(
            room, new Member("mel", "{\"id\":\"mel\"}"), new Holder.Lease(Duration.ofHours(1)));
    assertInstanceOf(Taken.class, send(publisher, "s", Set.of(), Set.of(), ROOM));
    assertEquals(Set.of("nat"), reached("s"));
    Invalid invalid =
        assertInstanceOf(Invalid.class, send(publisher, "t", Set.of(), Set.of(), ORDERS));
    assertTrue(invalid.what().contains("to.topics"));
  }

  @Test
  void whoMayNotPublishMayNotSend() {
    registered(register(ann, fcm("a"), null, ORDERS));
    assertInstanceOf(Denied.class, send(ann, "s", Set.of("ann"), Set.of(), null));
    assertInstanceOf(Denied.class, send(ann, "s", Set.of(), Set.of(ORDERS), null));
    assertInstanceOf(Denied.class, send(member, "s", Set.of(), Set.of(), ROOM));
    assertInstanceOf(Denied.class, status().of(ann, "s", 0, 1));
  }

  @Test
  void nobodyNamedHasADevice() {
    assertInstanceOf(
        PushAnswer.NoDevice.class, send(publisher, "s", Set.of("zoe"), Set.of(), null));
    assertEquals(
        new Taken("t", 0, false, List.of()), send(publisher, "t", Set.of(), Set.of(ORDERS), null));
    assertInstanceOf(Invalid.class, send(publisher, "u", Set.of(), Set.of(), null));
    assertInstanceOf(PushAnswer.Unknown.class, status().of(publisher, "s", 0, 1));
  }

  @Test
  void aNotificationThatOneServiceDoesNotTakeIsRefused() {
    registered(register(ann, fcm("a"), null));
    webPush.excess(12);
    assertEquals(
        new PushAnswer.TooLarge(SampleServices.WEB_PUSH, 12),
        send(publisher, "s", Set.of("ann"), Set.of(), null));
  }

  @Test
  void saysHowMuchOfTheQuotaIsUsedAndUntilWhen() {
    registered(register(ann, fcm("a"), null));
    registered(register(ann, fcm("a2"), null));
    PushSend.Order order =
        new PushSend.Order(
            new Audience(Set.of("ann"), Set.of(), Set.of()), null, Devices.notification("n"), null);
    assertEquals(2, assertInstanceOf(Taken.class, send(3).send(publisher, order)).devices());
    assertEquals(
        new PushAnswer.OverQuota(3, 2, 2, Duration.ofHours(12)), // it is noon
        send(3).send(publisher, order));
  }

  @Test
  void isThrottledAsPublishingIs() {
    throttled = true;
    assertInstanceOf(PushAnswer.Throttled.class, register(ann, fcm("a"), null));
    assertInstanceOf(PushAnswer.Throttled.class, devices().list(ann, null));
    assertInstanceOf(
        PushAnswer.Throttled.class, send(publisher, "s", Set.of("ann"), Set.of(), null));
    assertInstanceOf(PushAnswer.Throttled.class, status().of(publisher, "s", 0, 1));
  }

  @Test
  void aShortLifeIsTriedForAMinute() {
    registered(register(ann, fcm("a"), null));
    Notification now = new Notification("n", null, null, null, Duration.ZERO, Urgency.NORMAL, null);
    send(0)
        .send(
            publisher,
            new PushSend.Order(new Audience(Set.of("ann"), Set.of(), Set.of()), null, now, "s"));
    Claimed claimed = queue.claim(SampleServices.FCM, "one", 1, Duration.ofSeconds(30)).get(0);
    assertEquals(time.nowMillis(), claimed.ttlEndsAtMillis());
    assertEquals(time.nowMillis() + 60_000, claimed.expiresAtMillis());
  }

  @Test
  void isOffWithoutAService() {
    EnabledServices none = new EnabledServices(List.of());
    PushSubscriptions off = new PushSubscriptions(none, policy, limits, store, time);
    assertEquals(new PushAnswer.Off(null, Set.of()), off.list(ann, null));
    assertEquals(new PushAnswer.Off(null, Set.of()), off.remove(ann, "x"));
    assertInstanceOf(
        PushAnswer.Off.class,
        off.register(ann, new PushSubscriptions.Registration(fcm("a"), null, null, null)));
    assertInstanceOf(
        PushAnswer.Off.class, new PushStatus(none, limits, queue).of(publisher, "s", 0, 1));
  }
}
