package io.broadcasty.push;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.ORDERS;
import static io.broadcasty.push.queue.PushFixtures.caller;
import static io.broadcasty.push.queue.PushFixtures.fcm;
import static io.broadcasty.push.queue.PushFixtures.followers;
import static io.broadcasty.push.queue.PushFixtures.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.ratelimit.RateKey;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.DefaultPolicyResolver;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.Member;
import io.broadcasty.push.PushResult.Accepted;
import io.broadcasty.push.PushResult.Denied;
import io.broadcasty.push.PushResult.Invalid;
import io.broadcasty.push.PushResult.Registered;
import io.broadcasty.push.device.Audience;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.provider.FakeProvider;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.provider.Urgency;
import io.broadcasty.push.queue.ClaimedDispatch;
import io.broadcasty.push.queue.PushFixtures;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.SendStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private final PushSubscriptionStore store = new JdbcPushSubscriptionStore(database);
  private final PushQueue queue = new JdbcPushQueue(database, time);
  private final LocalPresenceStore presence =
      new LocalPresenceStore(tenant -> 1000, time, change -> {}, later -> {});
  private final FakeProvider fcm = FakeProvider.accepting(SamplePushServices.FCM);
  private final FakeProvider webPush = FakeProvider.accepting(SamplePushServices.WEB_PUSH);
  private final PushProviders services = new PushProviders(List.of(fcm, webPush));
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
        public boolean isEnabled() {
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
        followers(time),
        presence,
        queue,
        tenant -> quota,
        time,
        () -> woken.add("woken"));
  }

  private PushStatusQuery status() {
    return new PushStatusQuery(services, limits, queue);
  }

  private PushResult register(
      Caller caller, DeviceAddress address, @Nullable String user, ChannelName... topics) {
    return devices()
        .register(caller, new PushSubscriptions.Registration(address, user, null, List.of(topics)));
  }

  private static PushSubscription registered(PushResult answer) {
    return assertInstanceOf(Registered.class, answer).subscription();
  }

  private PushResult send(
      Caller caller,
      @Nullable String id,
      Set<String> users,
      Set<ChannelName> topics,
      @Nullable ChannelName absentFrom) {
    return send(0)
        .send(
            caller,
            new PushSend.Request(
                new Audience(users, Set.of(), topics),
                absentFrom,
                PushFixtures.notification("n"),
                id));
  }

  private Set<String> reached(String id) {
    Set<String> users = new TreeSet<>();
    SendStatus status =
        assertInstanceOf(PushResult.Status.class, status().find(publisher, id, 0, 100)).status();
    status.page().forEach(each -> users.add(each.recipient().user()));
    return users;
  }

  @Test
  void aUserManagesItsOwnDevices() {
    PushSubscription mine = registered(register(ann, fcm("a"), null));
    assertEquals("ann", mine.user());
    PushSubscription other = registered(register(publisher, fcm("b"), "ben"));
    assertEquals("ben", other.user());
    assertEquals(List.of(mine), listed(devices().list(ann, null)));
    assertEquals(List.of(other), listed(devices().list(publisher, "ben")));
    assertInstanceOf(Denied.class, devices().list(ann, "ben"));
    assertInstanceOf(PushResult.NotFound.class, devices().remove(ann, other.id()));
    assertInstanceOf(PushResult.Removed.class, devices().remove(ann, mine.id()));
    assertInstanceOf(PushResult.Removed.class, devices().remove(publisher, other.id()));
    assertInstanceOf(Denied.class, register(ann, fcm("c"), "ben"));
  }

  private static List<PushSubscription> listed(PushResult answer) {
    return assertInstanceOf(PushResult.Devices.class, answer).subscriptions();
  }

  @Test
  void followingNeedsTheRightToSubscribe() {
    registered(register(ann, fcm("a"), null, ORDERS));
    Denied denied = assertInstanceOf(Denied.class, register(ann, fcm("a"), null, SECRET));
    assertTrue(denied.requirement().contains("private-orders"));
    registered(register(member, fcm("m"), null, SECRET));
  }

  @Test
  void rejectsAnInvalidAddressWithTheExpectedForm() {
    Invalid invalid = assertInstanceOf(Invalid.class, register(ann, fcm("bad"), null));
    assertTrue(invalid.reason().contains("must not begin with bad"));
    PushResult.Disabled off =
        assertInstanceOf(
            PushResult.Disabled.class,
            register(ann, new DeviceAddress(SamplePushServices.APNS, "a", null, null), null));
    assertEquals(SamplePushServices.APNS, off.service());
    assertEquals(Set.of(SamplePushServices.FCM, SamplePushServices.WEB_PUSH), off.enabled());
  }

  @Test
  void sendsToUsersAndFollowersEachDeviceOnce() {
    registered(register(ann, fcm("a"), null, ORDERS));
    registered(register(ann, web("a2"), null));
    registered(register(caller("ben"), fcm("b"), null, ORDERS));
    Accepted taken =
        assertInstanceOf(
            Accepted.class, send(publisher, "s", Set.of("ann", "zoe"), Set.of(ORDERS), null));
    assertEquals(new Accepted("s", 3, false, List.of("zoe")), taken);
    assertEquals(Set.of("ann", "ben"), reached("s"));
    assertEquals(List.of("woken"), woken);
    assertEquals(
        new Accepted("s", 3, true, List.of()), send(publisher, "s", Set.of("ann"), Set.of(), null));
  }

  @Test
  void sendsToAbsentFollowers() {
    registered(register(member, fcm("m"), null, ROOM));
    registered(register(caller("nat", "member"), fcm("n"), null, ROOM));
    TenantChannel room = new TenantChannel(ACME, ROOM);
    var unused =
        presence.join(
            room, new Member("mel", "{\"id\":\"mel\"}"), new Holder.Lease(Duration.ofHours(1)));
    assertInstanceOf(Accepted.class, send(publisher, "s", Set.of(), Set.of(), ROOM));
    assertEquals(Set.of("nat"), reached("s"));
    Invalid invalid =
        assertInstanceOf(Invalid.class, send(publisher, "t", Set.of(), Set.of(), ORDERS));
    assertTrue(invalid.reason().contains("to.topics"));
  }

  @Test
  void sendingNeedsTheRightToPublish() {
    registered(register(ann, fcm("a"), null, ORDERS));
    assertInstanceOf(Denied.class, send(ann, "s", Set.of("ann"), Set.of(), null));
    assertInstanceOf(Denied.class, send(ann, "s", Set.of(), Set.of(ORDERS), null));
    assertInstanceOf(Denied.class, send(member, "s", Set.of(), Set.of(), ROOM));
    assertInstanceOf(Denied.class, status().find(ann, "s", 0, 1));
  }

  @Test
  void theDevicesOfARevokedUserGetNothingUntilTheyAreRegisteredAgain() {
    registered(register(ann, fcm("a"), null, ORDERS));
    registered(register(ann, fcm("b"), null));
    registered(register(member, fcm("c"), null, ORDERS));
    assertEquals(0, devices().removeAll(new TenantId("globex"), "ann"));
    assertEquals(2, devices().removeAll(ACME, "ann"));
    assertEquals(List.of(), store.findByUser(ACME, "ann"));
    assertEquals(1, store.findByUser(ACME, "mel").size());
    assertInstanceOf(
        PushResult.NoDevice.class, send(publisher, "s", Set.of("ann"), Set.of(), null));
    registered(register(ann, fcm("a"), null, ORDERS));
    assertEquals(1, store.findByUser(ACME, "ann").size());
  }

  /** Its scopes name channels, so nobody has said that it may. */
  @Test
  void anApiKeyDoesNotReachUsers() {
    registered(register(ann, fcm("a"), null, ORDERS));
    Caller key =
        new Caller(
            ACME,
            "key:k1",
            publisher.roles(),
            publisher.issuedAt(),
            publisher.expiresAt(),
            Map.of(),
            "token",
            "k1",
            "k1",
            null);
    assertInstanceOf(Denied.class, send(key, "s", Set.of("ann"), Set.of(), null));
    assertInstanceOf(Denied.class, status().find(key, "s", 0, 1));
    assertInstanceOf(Denied.class, devices().list(key, "ann"));
    assertInstanceOf(Denied.class, register(key, fcm("c"), "ann"));
  }

  @Test
  void reportsWhenNoNamedUserHasADevice() {
    assertInstanceOf(
        PushResult.NoDevice.class, send(publisher, "s", Set.of("zoe"), Set.of(), null));
    assertEquals(
        new Accepted("t", 0, false, List.of()),
        send(publisher, "t", Set.of(), Set.of(ORDERS), null));
    assertInstanceOf(Invalid.class, send(publisher, "u", Set.of(), Set.of(), null));
    assertInstanceOf(PushResult.NotFound.class, status().find(publisher, "s", 0, 1));
  }

  @Test
  void rejectsANotificationThatAServiceOfItsRecipientsRefuses() {
    registered(register(ann, fcm("a"), null));
    webPush.excessBytes(12);
    assertInstanceOf(Accepted.class, send(publisher, "s", Set.of("ann"), Set.of(), null));
    registered(register(caller("ben"), web("b"), null, ORDERS));
    assertEquals(
        new PushResult.TooLarge(SamplePushServices.WEB_PUSH, 12),
        send(publisher, "t", Set.of("ann", "ben"), Set.of(), null));
    assertEquals(
        new PushResult.TooLarge(SamplePushServices.WEB_PUSH, 12),
        send(publisher, "t", Set.of(), Set.of(ORDERS), null));
    fcm.objection("a reserved name");
    assertEquals(
        new Invalid("a reserved name"), send(publisher, "t", Set.of("ann"), Set.of(), null));
    webPush.excessBytes(0);
    assertInstanceOf(Accepted.class, send(publisher, "t", Set.of("ben"), Set.of(), null));
    assertEquals(Set.of("ben"), reached("t"));
  }

  @Test
  void reportsTheUsedQuota() {
    registered(register(ann, fcm("a"), null));
    registered(register(ann, fcm("a2"), null));
    PushSend.Request order =
        new PushSend.Request(
            new Audience(Set.of("ann"), Set.of(), Set.of()),
            null,
            PushFixtures.notification("n"),
            null);
    assertEquals(2, assertInstanceOf(Accepted.class, send(3).send(publisher, order)).devices());
    assertEquals(
        new PushResult.OverQuota(3, 2, 2, Duration.ofHours(12)), // it is noon
        send(3).send(publisher, order));
  }

  @Test
  void isRateLimitedLikePublishing() {
    throttled = true;
    assertInstanceOf(PushResult.Throttled.class, register(ann, fcm("a"), null));
    assertInstanceOf(PushResult.Throttled.class, devices().list(ann, null));
    assertInstanceOf(
        PushResult.Throttled.class, send(publisher, "s", Set.of("ann"), Set.of(), null));
    assertInstanceOf(PushResult.Throttled.class, status().find(publisher, "s", 0, 1));
  }

  @Test
  void triesAShortTimeToLiveForAMinute() {
    registered(register(ann, fcm("a"), null));
    Notification now = new Notification("n", null, null, null, Duration.ZERO, Urgency.NORMAL, null);
    send(0)
        .send(
            publisher,
            new PushSend.Request(new Audience(Set.of("ann"), Set.of(), Set.of()), null, now, "s"));
    ClaimedDispatch claimed =
        queue.claim(SamplePushServices.FCM, "one", 1, Duration.ofSeconds(30), tenant -> 100).get(0);
    assertEquals(time.nowMillis(), claimed.ttlEndsAtMillis());
    assertEquals(time.nowMillis() + 60_000, claimed.expiresAtMillis());
  }

  @Test
  void isDisabledWithoutAService() {
    PushProviders none = new PushProviders(List.of());
    PushSubscriptions off = new PushSubscriptions(none, policy, limits, store, time);
    assertEquals(new PushResult.Disabled(null, Set.of()), off.list(ann, null));
    assertEquals(new PushResult.Disabled(null, Set.of()), off.remove(ann, "x"));
    assertInstanceOf(
        PushResult.Disabled.class,
        off.register(ann, new PushSubscriptions.Registration(fcm("a"), null, null, null)));
    assertInstanceOf(
        PushResult.Disabled.class,
        new PushStatusQuery(none, limits, queue).find(publisher, "s", 0, 1));
  }

  @Test
  void aUserWhoLostARoleLosesTheTopicWhenTheDeviceIsConfirmed() {
    registered(register(member, fcm("m"), null, ORDERS, SECRET));
    PushResult again =
        devices()
            .register(
                caller("mel"), new PushSubscriptions.Registration(fcm("m"), null, null, null));
    assertEquals(List.of(SECRET), assertInstanceOf(Registered.class, again).dropped());
    assertEquals(List.of(ORDERS), registered(again).topics());
    assertInstanceOf(Accepted.class, send(publisher, "s", Set.of(), Set.of(SECRET), null));
    assertEquals(Set.of(), reached("s"));
  }

  @Test
  void aRefusedTopicIsNotKeptEither() {
    registered(register(member, fcm("m"), null, SECRET, ORDERS));
    Denied denied = assertInstanceOf(Denied.class, register(caller("mel"), fcm("m"), null, SECRET));
    assertTrue(denied.requirement().contains("any more"), denied.requirement());
    assertInstanceOf(Denied.class, register(caller("ben"), fcm("m"), null, SECRET));
    assertEquals(List.of(ORDERS), listed(devices().list(member, null)).get(0).topics());
    assertInstanceOf(Accepted.class, send(publisher, "s", Set.of(), Set.of(SECRET), null));
    assertEquals(Set.of(), reached("s"));
  }

  @Test
  void aDeviceThatIsNotConfirmedGetsNoPrivateTopics() {
    registered(register(member, fcm("m"), null, SECRET, ROOM, ORDERS));
    time.advance(PushFixtures.CONFIRMED_WITHIN.plusMillis(1));
    assertInstanceOf(Accepted.class, send(publisher, "s", Set.of(), Set.of(SECRET), ROOM));
    assertEquals(Set.of(), reached("s"));
    assertInstanceOf(Accepted.class, send(publisher, "t", Set.of(), Set.of(ORDERS), null));
    assertEquals(Set.of("mel"), reached("t"));
  }
}
